"""The hub over HTTP: the only place that knows starlette and uvicorn."""
