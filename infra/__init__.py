"""Acts on the estate: the Pulumi program, components, targets, the provider, verification and drills."""
