"""What a stack is made of: Pulumi components, each over the resources of one topic."""
