"""Of versions in registries, which are models without an image, and by whose rules they are packed;
empty for an image."""

STATEMENTS = (
    "ALTER TABLE remote_version ADD COLUMN artifact TEXT NOT NULL DEFAULT ''",
    # Models are among them, and are read as versions by the next look.
    "DELETE FROM remote_artifact",
)
