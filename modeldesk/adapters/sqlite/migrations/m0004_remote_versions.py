"""Versions that registries were found to have, by tag. What a tag names is known by its digest,
so that nothing is read twice."""

STATEMENTS = (
    """
    CREATE TABLE remote_version (
        repository TEXT NOT NULL,
        tag TEXT NOT NULL,
        digest TEXT NOT NULL,
        image TEXT NOT NULL,
        created TEXT NOT NULL,
        model TEXT NOT NULL,
        compressed_json TEXT NOT NULL,
        PRIMARY KEY (repository, tag)
    ) WITHOUT ROWID
    """,
)
