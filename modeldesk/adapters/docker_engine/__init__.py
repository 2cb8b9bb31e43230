"""Container engines by the Docker SDK: the only importer of `docker` and of what it stands on."""
