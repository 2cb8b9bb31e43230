"""The outside world. Each folder is the only importer of its library."""
