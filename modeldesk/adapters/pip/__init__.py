"""pip as a program beside this one: it resolves requirements, and installs nothing."""

from modeldesk.adapters.pip.resolver import PipResolver

__all__ = ["PipResolver"]
