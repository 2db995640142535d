"""Fault trees of the Open-PSA Model Exchange Format, read from files of anybody."""
