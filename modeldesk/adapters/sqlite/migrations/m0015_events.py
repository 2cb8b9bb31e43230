"""What happened to releases and canaries, noted in the same moment, whoever writes it; events on
their way to receivers; and what watches found that nobody has put right yet."""

_COLUMNS = (
    "id, time, engine, deployment, release_id, kind, state, started, image, reference, digest, "
    "previous_image, previous_reference, previous_digest, who, why, error"
)
_VALUES = (
    "NEW.engine, NEW.deployment, NEW.id, NEW.kind, NEW.state, NEW.started, NEW.image, "
    "NEW.reference, NEW.digest, NEW.previous_image, NEW.previous_reference, NEW.previous_digest, "
    "NEW.who, NEW.why, NEW.error"
)
_ROLLOUT = "id, time, state, who, why, rollout, state_before, step, share"
_BEFORE = (
    "(SELECT phase FROM rollout_change WHERE rollout = NEW.rollout AND id < NEW.id "
    "ORDER BY id DESC LIMIT 1)"
)
_ID = "lower(hex(randomblob(16)))"
_NOW = "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00'"

STATEMENTS = (
    """
    CREATE TABLE event_note (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL,
        time TEXT NOT NULL,
        -- Of a release, or of a rollout.
        state TEXT NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        -- Of a release alone.
        release_id INTEGER,
        engine TEXT,
        deployment TEXT,
        kind TEXT,
        started TEXT,
        image TEXT,
        reference TEXT,
        digest TEXT,
        previous_image TEXT,
        previous_reference TEXT,
        previous_digest TEXT,
        error TEXT,
        -- Of a rollout alone.
        rollout INTEGER,
        state_before TEXT,
        step INTEGER,
        share INTEGER
    )
    """,
    f"""
    CREATE TRIGGER note_release_begun AFTER INSERT ON "release"
    BEGIN
        INSERT INTO event_note ({_COLUMNS})
        VALUES ({_ID}, COALESCE(NEW.finished, NEW.started), {_VALUES});
    END
    """,
    f"""
    CREATE TRIGGER note_release_state AFTER UPDATE OF state ON "release"
    WHEN NEW.state <> OLD.state
    BEGIN
        INSERT INTO event_note ({_COLUMNS})
        VALUES ({_ID}, COALESCE(NEW.finished, {_NOW}), {_VALUES});
    END
    """,
    f"""
    CREATE TRIGGER note_rollout_change AFTER INSERT ON rollout_change
    BEGIN
        INSERT INTO event_note ({_ROLLOUT})
        VALUES ({_ID}, NEW.time, NEW.phase, NEW.who, NEW.why, NEW.rollout, {_BEFORE}, NEW.step,
            NEW.share);
    END
    """,
    """
    CREATE TABLE event_delivery (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        receiver TEXT NOT NULL,
        event TEXT NOT NULL,
        source TEXT NOT NULL,
        type TEXT NOT NULL,
        time TEXT NOT NULL,
        subject TEXT NOT NULL,
        data_json TEXT NOT NULL,
        queued TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        not_before TEXT,
        problem TEXT NOT NULL DEFAULT '',
        given_up TEXT,
        UNIQUE (receiver, event)
    )
    """,
    "CREATE INDEX event_waiting ON event_delivery (receiver, number) WHERE given_up IS NULL",
    """
    CREATE TABLE standing_finding (
        engine TEXT NOT NULL,
        deployment TEXT NOT NULL,
        problem TEXT NOT NULL,
        text TEXT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (engine, deployment, problem)
    ) WITHOUT ROWID
    """,
)
