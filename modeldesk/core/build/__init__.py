"""A build: request, context stream, events, record."""
