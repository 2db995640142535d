"""Finds the Pulumi engine, or gets it, and tells how to call it."""
