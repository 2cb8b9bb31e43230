"""Tokens and the audit log of `modeldesk serve`."""

STATEMENTS = (
    """
    CREATE TABLE token (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        grants_json TEXT NOT NULL,
        created TEXT NOT NULL,
        salt BLOB NOT NULL,
        hash BLOB NOT NULL,
        expires TEXT,
        revoked TEXT
    )
    """,
    """
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        time TEXT NOT NULL,
        who TEXT NOT NULL,
        token TEXT NOT NULL,
        address TEXT NOT NULL,
        act TEXT NOT NULL,
        model TEXT NOT NULL,
        subject TEXT NOT NULL,
        outcome TEXT NOT NULL,
        digest TEXT NOT NULL,
        detail TEXT NOT NULL
    )
    """,
)
