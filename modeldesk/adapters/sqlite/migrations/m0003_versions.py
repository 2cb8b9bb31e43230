"""Versions that were seen, with their sizes by kind of layer."""

STATEMENTS = (
    """
    CREATE TABLE version (
        model TEXT NOT NULL,
        image TEXT NOT NULL,
        name TEXT NOT NULL,
        created TEXT NOT NULL,
        sizes_json TEXT NOT NULL,
        PRIMARY KEY (model, image)
    ) WITHOUT ROWID
    """,
)
