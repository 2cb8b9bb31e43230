"""Metadata where it is made and kept: edited, and attached to versions in registries."""
