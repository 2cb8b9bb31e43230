"""Images become models, versions and sizes."""
