"""What was in the files of folders that were built, so that gigabytes are read once."""

STATEMENTS = (
    """
    CREATE TABLE digest_folder (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        used INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE file_digest (
        folder INTEGER NOT NULL REFERENCES digest_folder (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        stamp TEXT NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (folder, path)
    ) WITHOUT ROWID
    """,
)
