"""Needs that follow from what an estate declares, topic by topic."""
