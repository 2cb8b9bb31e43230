"""The container engine: where it is, what it can do, and whether it still answers."""
