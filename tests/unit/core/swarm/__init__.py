"""Services of a swarm."""
