"""Image registries by the OCI Distribution API; the only importer of httpx."""
