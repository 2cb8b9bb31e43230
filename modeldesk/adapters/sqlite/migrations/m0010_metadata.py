"""Edits of metadata, as a registry would keep them; which of them lie in registries; and of
versions in registries the labels that tell something of a model, and the tags that move."""

STATEMENTS = (
    """
    CREATE TABLE metadata_edit (
        image TEXT NOT NULL,
        edit TEXT NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (image, edit)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE metadata_attached (
        repository TEXT NOT NULL,
        tag TEXT NOT NULL,
        PRIMARY KEY (repository, tag)
    ) WITHOUT ROWID
    """,
    # NULL: not read yet.
    "ALTER TABLE remote_version ADD COLUMN labels_json TEXT",
    """
    CREATE TABLE remote_channel (
        repository TEXT NOT NULL,
        channel TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (repository, channel)
    ) WITHOUT ROWID
    """,
)
