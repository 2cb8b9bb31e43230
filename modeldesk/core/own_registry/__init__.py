"""A registry of one's own: one container with one volume on the engine in use."""
