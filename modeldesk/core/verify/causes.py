"""What a path, or the content of a file, tells of why it is another one (pure)."""

import re

from modeldesk.core.verify.model import Cause

_PIP = re.compile(
    rb"(?:^|/)[^/]+\.(?:dist|egg)-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json)$"
)
_SYSTEM = re.compile(
    rb"^(?:var/(?:log|cache|tmp|lib/apt/(?:lists|extended_states)|lib/dpkg/[^/]*-old|lib/systemd)"
    rb"|tmp|run|root/\.cache|home/[^/]+/\.cache)(?:/|$)"
)
_ACCOUNTS = re.compile(rb"^etc/shadow-?$")
_DAY = re.compile(rb"^([^:\n]*:[^:\n]*):\d*:", re.MULTILINE)
_PYC_HEADER = 16
LARGEST_HELD = 1 << 24
"""Bytes of a file that is looked into for times."""


def cause_of(path: bytes) -> Cause:
    """Why a file may differ that is another one, or that only one image has."""
    if _PIP.search(path):
        return Cause.PIP
    return Cause.SYSTEM if _SYSTEM.search(path) else Cause.CONTENT


def holds_times(path: bytes, size: int) -> bool:
    """Whether the file is of a kind that `without_times` knows."""
    return size <= LARGEST_HELD and (path.endswith(b".pyc") or _ACCOUNTS.search(path) is not None)


def without_times(path: bytes, content: bytes) -> bytes:
    """The content without the times it holds: compiled Python holds that of its source, and
    /etc/shadow the days on which passwords were set."""
    if path.endswith(b".pyc"):
        # Where the flags are not zero, a hash of the source stands in the place of its time.
        dated = content[4:8] == bytes(4)
        return content[:4] + content[_PYC_HEADER:] if dated else content
    return _DAY.sub(rb"\1::", content)
