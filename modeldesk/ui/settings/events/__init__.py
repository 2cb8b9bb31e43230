"""Who is told of releases: receivers in the settings."""
