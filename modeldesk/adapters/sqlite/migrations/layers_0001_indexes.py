"""The files of layers that were read, in a file of their own: all of it can be read again."""

STATEMENTS = (
    """
    CREATE TABLE layer_index (
        layer TEXT PRIMARY KEY,
        used INTEGER NOT NULL,
        size INTEGER NOT NULL,
        packed BLOB NOT NULL
    )
    """,
    "CREATE INDEX layer_index_by_use ON layer_index (used, size)",
    "CREATE TABLE clock (now INTEGER NOT NULL)",
    "INSERT INTO clock VALUES (0)",
)
