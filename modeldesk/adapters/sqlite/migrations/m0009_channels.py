"""The history of channels: who moved which, when, why, from what to what, and where."""

STATEMENTS = (
    """
    CREATE TABLE channel_move (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        model TEXT NOT NULL,
        channel TEXT NOT NULL,
        engine TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        steps_json TEXT NOT NULL,
        time TEXT NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        state TEXT NOT NULL,
        broken_json TEXT NOT NULL,
        undoes INTEGER,
        error TEXT NOT NULL
    )
    """,
    "CREATE INDEX channel_move_by_channel ON channel_move (model, channel, id)",
)
