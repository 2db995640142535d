"""Evidence that holds: bundles of specs, figures and observations, signed; and custody of objects."""
