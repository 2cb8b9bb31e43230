"""Which engine a deployment lives on, and its releases were made on. Those of before are tied to
none (the empty text) until an engine is found to hold their containers."""

STATEMENTS = (
    """
    CREATE TABLE engine (
        id TEXT PRIMARY KEY,
        address TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE deployment_by_engine (
        engine TEXT NOT NULL,
        name TEXT NOT NULL,
        model TEXT NOT NULL,
        settings_json TEXT NOT NULL,
        image TEXT,
        reference TEXT,
        digest TEXT,
        container TEXT,
        created TEXT NOT NULL,
        PRIMARY KEY (engine, name)
    )
    """,
    """
    INSERT INTO deployment_by_engine
    SELECT '', name, model, settings_json, image, reference, digest, container, created
    FROM deployment
    """,
    "DROP TABLE deployment",
    "ALTER TABLE deployment_by_engine RENAME TO deployment",
    """ALTER TABLE "release" ADD COLUMN engine TEXT NOT NULL DEFAULT ''""",
    "DROP INDEX release_by_deployment",
    'CREATE INDEX release_by_deployment ON "release" (engine, deployment, id)',
)
