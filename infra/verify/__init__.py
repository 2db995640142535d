"""Holds three things against each other: what is declared, what the target was told, what was observed."""
