"""Suites that a fake and the real thing must both pass."""
