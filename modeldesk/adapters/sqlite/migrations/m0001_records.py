"""Image details, builds, deployments, releases and their journal.

Times are ISO 8601 in UTC, so that text order is time order. Columns named ``…_json`` hold JSON,
``…_packed`` JSON or text compressed with zlib.
"""

STATEMENTS = (
    """
    CREATE TABLE image_detail (
        image TEXT PRIMARY KEY,
        detail_packed BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE build (
        id TEXT PRIMARY KEY,
        model TEXT NOT NULL,
        folder_json TEXT NOT NULL,
        references_json TEXT NOT NULL,
        started TEXT NOT NULL,
        state TEXT NOT NULL,
        seconds REAL NOT NULL,
        context_bytes INTEGER NOT NULL,
        image TEXT,
        error TEXT NOT NULL,
        steps_packed BLOB NOT NULL,
        log_packed BLOB NOT NULL,
        owner TEXT NOT NULL
    )
    """,
    "CREATE INDEX build_by_time ON build (started)",
    "CREATE INDEX build_running ON build (owner) WHERE state = 'running'",
    """
    CREATE TABLE deployment (
        name TEXT PRIMARY KEY,
        model TEXT NOT NULL,
        settings_json TEXT NOT NULL,
        image TEXT,
        reference TEXT,
        digest TEXT,
        container TEXT,
        created TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE "release" (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        deployment TEXT NOT NULL,
        kind TEXT NOT NULL,
        image TEXT NOT NULL,
        reference TEXT NOT NULL,
        digest TEXT NOT NULL,
        previous_image TEXT,
        previous_reference TEXT,
        previous_digest TEXT,
        started TEXT NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        state TEXT NOT NULL,
        finished TEXT,
        error TEXT NOT NULL
    )
    """,
    'CREATE INDEX release_by_deployment ON "release" (deployment, id)',
    """CREATE INDEX release_running ON "release" (id) WHERE state = 'running'""",
    """
    CREATE TABLE journal (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        "release" INTEGER NOT NULL REFERENCES "release" (id),
        position INTEGER NOT NULL,
        step TEXT NOT NULL,
        phase TEXT NOT NULL,
        container TEXT,
        time TEXT NOT NULL
    )
    """,
    'CREATE INDEX journal_by_release ON journal ("release", number)',
)
