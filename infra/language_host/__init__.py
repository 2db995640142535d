"""A Pulumi language host for Python, for engines that were built without the vendor's."""
