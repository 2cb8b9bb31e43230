"""Deployments behind gateways: their environment, their settings by revision, what serves, what was
kept of earlier versions, and the canary that stands beside. What there was keeps its container,
which owns the ports, until its next release."""

STATEMENTS = (
    """
    CREATE TABLE settings (
        engine TEXT NOT NULL,
        deployment TEXT NOT NULL,
        revision INTEGER NOT NULL,
        settings_json TEXT NOT NULL,
        PRIMARY KEY (engine, deployment, revision)
    ) WITHOUT ROWID
    """,
    "INSERT INTO settings SELECT engine, name, 1, settings_json FROM deployment",
    """
    CREATE TABLE deployment_behind (
        engine TEXT NOT NULL,
        name TEXT NOT NULL,
        model TEXT NOT NULL,
        image TEXT,
        reference TEXT,
        digest TEXT,
        container TEXT,
        created TEXT NOT NULL,
        environment TEXT NOT NULL,
        revision INTEGER NOT NULL,
        "release" INTEGER NOT NULL,
        serving INTEGER NOT NULL,
        address TEXT NOT NULL,
        gateway_image TEXT NOT NULL,
        stopped INTEGER NOT NULL,
        PRIMARY KEY (engine, name)
    )
    """,
    """
    INSERT INTO deployment_behind
    SELECT engine, name, model, image, reference, digest, container, created,
        'production', 1, 0, 0, '', '', 0
    FROM deployment
    """,
    "DROP TABLE deployment",
    "ALTER TABLE deployment_behind RENAME TO deployment",
    """
    CREATE TABLE version_container (
        engine TEXT NOT NULL,
        deployment TEXT NOT NULL,
        "release" INTEGER NOT NULL,
        container TEXT NOT NULL,
        address TEXT NOT NULL,
        image TEXT NOT NULL,
        reference TEXT NOT NULL,
        digest TEXT NOT NULL,
        revision INTEGER NOT NULL,
        -- When it was replaced; NULL for the canary.
        replaced TEXT,
        -- What the canary gets; NULL for no split.
        share INTEGER,
        split_key TEXT,
        split_field TEXT,
        salt TEXT,
        mirrored INTEGER NOT NULL,
        PRIMARY KEY (engine, deployment, container)
    ) WITHOUT ROWID
    """,
    """ALTER TABLE "release" ADD COLUMN revision INTEGER NOT NULL DEFAULT 0""",
    """CREATE INDEX release_rolling ON "release" (id) WHERE state = 'rolling'""",
)
