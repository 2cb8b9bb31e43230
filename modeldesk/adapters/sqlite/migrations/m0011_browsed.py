"""Of versions in registries, what they are for and what speaks of them; what in registries is no
image; and when each registry was looked through."""

STATEMENTS = (
    # NULL: not read yet.
    "ALTER TABLE remote_version ADD COLUMN platforms TEXT",
    "ALTER TABLE remote_version ADD COLUMN attestations INTEGER NOT NULL DEFAULT 0",
    """
    CREATE TABLE remote_artifact (
        repository TEXT NOT NULL,
        tag TEXT NOT NULL,
        digest TEXT NOT NULL,
        kind TEXT NOT NULL,
        PRIMARY KEY (repository, tag)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE registry_look (
        registry TEXT NOT NULL PRIMARY KEY,
        finished TEXT NOT NULL,
        repositories INTEGER NOT NULL,
        versions INTEGER NOT NULL,
        artifacts INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)
