"""Stacks: what one holds, and running them all in their order through the Pulumi engine."""
