"""What each layer's files tell of its kinds: small, so it stays when the index goes. That of layers
read before is filled in when they are next looked into."""

STATEMENTS = (
    """
    CREATE TABLE layer_kinds (
        layer TEXT PRIMARY KEY,
        parts_json TEXT NOT NULL,
        untold INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)
