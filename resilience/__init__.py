"""Proves what follows from the estate: graphs, failover paths, recovery, availability, capacity. Pure."""
