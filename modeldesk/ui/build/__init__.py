"""A folder on its way to an image: planned, built, and remembered."""
