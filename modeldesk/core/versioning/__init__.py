"""Names of versions, channels, and the next name."""
