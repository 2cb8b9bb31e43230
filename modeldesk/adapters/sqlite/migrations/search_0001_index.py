"""Versions as they are looked through, for each engine by a number of its own. `word` has every
text of a field, `fact` metrics, parameters and tags; `first` marks what a version has first of one
name. What is shown of a version lies apart, so that looking through many reads little."""

STATEMENTS = (
    "CREATE TABLE scope (id INTEGER PRIMARY KEY, engine TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        scope INTEGER NOT NULL,
        model TEXT NOT NULL,
        image TEXT NOT NULL,
        stamp TEXT NOT NULL,
        size INTEGER,
        compressed INTEGER,
        created INTEGER NOT NULL,
        training REAL,
        UNIQUE (scope, model, image)
    )
    """,
    """
    CREATE TABLE content (
        entry INTEGER PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
        content_json TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE word (
        scope INTEGER NOT NULL,
        field TEXT NOT NULL,
        text TEXT NOT NULL,
        entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
        PRIMARY KEY (scope, field, text, entry)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX word_entry ON word (entry)",
    """
    CREATE TABLE fact (
        scope INTEGER NOT NULL,
        name TEXT NOT NULL,
        rank INTEGER NOT NULL,
        entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
        first INTEGER NOT NULL,
        number REAL,
        text TEXT NOT NULL,
        shown TEXT NOT NULL,
        PRIMARY KEY (scope, name, rank, entry)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX fact_number ON fact (scope, name, rank, number)",
    "CREATE INDEX fact_first ON fact (scope, name, number) WHERE first",
    "CREATE INDEX fact_entry ON fact (entry)",
)
