"""Posts events to receivers, over the standard library's HTTP."""

from modeldesk.adapters.webhook.poster import HttpEventPoster

__all__ = ["HttpEventPoster"]
