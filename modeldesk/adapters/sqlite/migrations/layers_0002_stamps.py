"""Indexes are told apart by whether their content was verified. Of those that were kept before
nobody knows, so they are read again."""

STATEMENTS = (
    "DROP TABLE layer_index",
    """
    CREATE TABLE layer_index (
        layer TEXT NOT NULL,
        stamp TEXT NOT NULL,
        used INTEGER NOT NULL,
        size INTEGER NOT NULL,
        packed BLOB NOT NULL,
        PRIMARY KEY (layer, stamp)
    )
    """,
    "CREATE INDEX layer_index_by_use ON layer_index (used, size)",
)
