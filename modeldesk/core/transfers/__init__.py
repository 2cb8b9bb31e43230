"""Images between the engine and registries."""
