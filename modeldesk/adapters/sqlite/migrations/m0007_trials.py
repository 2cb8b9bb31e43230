"""Two recipes that were built from one folder and measured."""

STATEMENTS = (
    """
    CREATE TABLE trial (
        id TEXT NOT NULL PRIMARY KEY,
        started TEXT NOT NULL,
        folder_json TEXT NOT NULL,
        model TEXT NOT NULL,
        commit_name TEXT NOT NULL,
        measured_packed BLOB NOT NULL
    )
    """,
    "CREATE INDEX trial_started ON trial (started)",
)
