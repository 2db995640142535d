"""Fault trees: formulas over events, their exact probability, their minimal cut sets, what matters most."""
