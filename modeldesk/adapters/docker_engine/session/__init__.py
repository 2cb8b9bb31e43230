"""A session with BuildKit: while it builds, the engine asks us for files, secrets and sign-ins.

`opening` opens one, beside the request that builds. `server` answers the engine's calls, which
are gRPC (`frames`) over HTTP/2 (`link`). What is answered: `file_sync` (only the files the engine
has not), `secrets`, `sign_in`.
"""
