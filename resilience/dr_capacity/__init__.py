"""DR capacity: whether the DR modes of all workloads fit together after a loss, what is shed, what to buy."""
