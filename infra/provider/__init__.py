"""The native provider `thabat`: what the Pulumi engine asks, answered from the asset register."""
