"""Canaries: their plans, how far they are, and what was seen of them."""

STATEMENTS = (
    """
    CREATE TABLE rollout (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        engine TEXT NOT NULL,
        deployment TEXT NOT NULL,
        "release" INTEGER NOT NULL,
        target_json TEXT NOT NULL,
        stable_json TEXT NOT NULL,
        plan_json TEXT NOT NULL,
        salt TEXT NOT NULL,
        phase TEXT NOT NULL,
        step INTEGER NOT NULL,
        since TEXT NOT NULL,
        started TEXT NOT NULL,
        failed_in_a_row INTEGER NOT NULL,
        silent_windows INTEGER NOT NULL,
        not_measured INTEGER NOT NULL,
        why TEXT NOT NULL,
        who TEXT NOT NULL,
        finished TEXT,
        checked TEXT,
        paused_from TEXT,
        ending TEXT,
        evaluation_json TEXT
    )
    """,
    "CREATE INDEX rollout_of ON rollout (engine, deployment, id)",
    # A deployment has one canary at a time, whoever begins it.
    "CREATE UNIQUE INDEX rollout_open ON rollout (engine, deployment) WHERE finished IS NULL",
    """
    CREATE TABLE rollout_check (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        rollout INTEGER NOT NULL REFERENCES rollout (id) ON DELETE CASCADE,
        seen_json TEXT NOT NULL
    )
    """,
    "CREATE INDEX rollout_check_of ON rollout_check (rollout, id)",
    """
    CREATE TABLE rollout_change (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        rollout INTEGER NOT NULL REFERENCES rollout (id) ON DELETE CASCADE,
        time TEXT NOT NULL,
        phase TEXT NOT NULL,
        step INTEGER NOT NULL,
        share INTEGER NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL
    )
    """,
    "CREATE INDEX rollout_change_of ON rollout_change (rollout, id)",
    # A deployment that turns out to live on another engine takes its canaries along.
    """
    CREATE TRIGGER rollout_moves AFTER UPDATE OF engine ON deployment
    WHEN NEW.engine <> OLD.engine
    BEGIN
        UPDATE rollout SET engine = NEW.engine
        WHERE engine = OLD.engine AND deployment = NEW.name;
    END
    """,
)
