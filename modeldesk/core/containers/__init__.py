"""Running containers of a version: start, health, logs, figures."""
