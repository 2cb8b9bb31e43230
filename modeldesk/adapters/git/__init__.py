"""Facts from git. The only importer of GitPython."""

from modeldesk.adapters.git.source_control import GitSourceControl

__all__ = ["GitSourceControl"]
