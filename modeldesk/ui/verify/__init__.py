"""A version made again from its commit, and what differs, in a dialog."""
