"""A real swarm, on engines of the tests' own."""
