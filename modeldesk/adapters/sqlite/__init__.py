"""The records in an SQLite file: what the engine forgets."""
