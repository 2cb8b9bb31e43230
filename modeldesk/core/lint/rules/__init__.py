"""Rules for Dockerfiles. Each looks at a scene and yields what it finds."""
