"""Bare maps of networks."""
