"""The schema, step by step. A step that was released is never changed; a new one is added."""

from modeldesk.adapters.sqlite.migrations import m0001_records, m0002_engines

MIGRATIONS: tuple[tuple[str, ...], ...] = (m0001_records.STATEMENTS, m0002_engines.STATEMENTS)
"""For each schema version, from 1 on, the statements that lead to it."""

SCHEMA_VERSION = len(MIGRATIONS)
