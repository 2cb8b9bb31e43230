"""Who ended a canary, which is another than who began it; events of one that was taken back name
that person."""

_COLUMNS = (
    "id, time, engine, deployment, release_id, kind, state, started, image, reference, digest, "
    "previous_image, previous_reference, previous_digest, who, why, error"
)
_VALUES = (
    "NEW.engine, NEW.deployment, NEW.id, NEW.kind, NEW.state, NEW.started, NEW.image, "
    "NEW.reference, NEW.digest, NEW.previous_image, NEW.previous_reference, NEW.previous_digest, "
    "CASE NEW.state WHEN 'aborted' THEN NEW.ended_by ELSE NEW.who END, NEW.why, NEW.error"
)
_ID = "lower(hex(randomblob(16)))"
_NOW = "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00'"

STATEMENTS = (
    "ALTER TABLE rollout ADD COLUMN ended_by TEXT NOT NULL DEFAULT ''",
    """ALTER TABLE "release" ADD COLUMN ended_by TEXT NOT NULL DEFAULT ''""",
    # The course of each canary has told so all along.
    """
    UPDATE rollout SET ended_by = COALESCE((
        SELECT who FROM rollout_change AS change
        WHERE change.rollout = rollout.id AND change.phase IN ('aborted', 'promoted')
        ORDER BY change.id DESC LIMIT 1
    ), '')
    WHERE finished IS NOT NULL OR ending IS NOT NULL
    """,
    """
    UPDATE "release" SET ended_by = COALESCE((
        SELECT ended_by FROM rollout WHERE rollout."release" = "release".id LIMIT 1
    ), '')
    WHERE state = 'aborted'
    """,
    "DROP TRIGGER note_release_state",
    f"""
    CREATE TRIGGER note_release_state AFTER UPDATE OF state ON "release"
    WHEN NEW.state <> OLD.state
    BEGIN
        INSERT INTO event_note ({_COLUMNS})
        VALUES ({_ID}, COALESCE(NEW.finished, {_NOW}), {_VALUES});
    END
    """,
)
