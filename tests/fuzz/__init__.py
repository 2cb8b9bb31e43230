"""Hostile input for the readers of archives, looked for by a fuzzer that sees which code it
reaches. See `run`."""
