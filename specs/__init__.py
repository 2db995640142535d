"""Declares what the estate is: models, units, loading, catalogue and bundled estates. Pure."""
