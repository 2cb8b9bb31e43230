"""Versions on their way to registries, from them and between them."""
