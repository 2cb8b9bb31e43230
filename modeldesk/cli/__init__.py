"""The same services without a window, for scripts and CI.

Results go to standard output (with ``--json``: one JSON document and nothing else), progress and
errors to standard error. Exit codes: see `modeldesk.cli.exit_codes`.
"""
