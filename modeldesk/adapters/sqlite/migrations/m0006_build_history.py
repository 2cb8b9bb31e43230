"""Builds keep what they were asked and what the cache spared them, so that they can be compared
and repeated. NULL is what an earlier program did not count."""

STATEMENTS = (
    "ALTER TABLE build ADD COLUMN asked_packed BLOB",
    "ALTER TABLE build ADD COLUMN image_bytes INTEGER",
    "ALTER TABLE build ADD COLUMN cached_steps INTEGER",
    "ALTER TABLE build ADD COLUMN counted_steps INTEGER",
    "ALTER TABLE build ADD COLUMN saved_seconds REAL",
    "CREATE INDEX build_by_model ON build (model, started)",
)
