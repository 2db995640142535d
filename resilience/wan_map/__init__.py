"""Bare maps of wide-area networks: what divides them, and how probably places stay connected, exactly."""
