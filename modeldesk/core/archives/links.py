"""Where links inside an archive lead."""

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.paths import clean


def link_target(path: bytes, kind: FileType, link: bytes) -> bytes:
    """The path of the archive that the link at `path` names. Symbolic ones begin at their own
    folder, hard ones at the root; none leads out of the archive."""
    if kind == FileType.HARD_LINK:
        return clean(link)
    parts = [] if link.startswith(b"/") else path.split(b"/")[:-1]
    for part in link.split(b"/"):
        if part == b"..":
            parts = parts[:-1]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)
