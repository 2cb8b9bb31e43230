"""What is in a registry, and what moves into one or out of it."""
