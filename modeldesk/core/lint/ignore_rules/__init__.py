"""Rules for .dockerignore files."""
