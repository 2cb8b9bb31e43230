"""Dockerfiles read as the builders read them, with the place of every word."""
