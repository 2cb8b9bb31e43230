"""A small server for a folder that has weights and no program to serve them."""
