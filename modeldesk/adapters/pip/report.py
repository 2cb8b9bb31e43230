"""pip's report of what it would install. It is pip's, but what is in it comes from indexes."""

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from modeldesk.core.errors import LockFailed
from modeldesk.core.recipes.model import ResolvedPackage
from modeldesk.core.words import tr

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,100}")
_HASH = re.compile(r"[0-9a-f]{64}")


def read_report(content: bytes) -> tuple[ResolvedPackage, ...]:
    """The packages in it. Raises `LockFailed` for one that could not be written into a list with
    hashes."""
    try:
        document = json.loads(content)
        listed = document["install"]
        return tuple(_packages(listed))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _odd(type(error).__name__) from error


def _packages(listed: object) -> Iterator[ResolvedPackage]:
    if not isinstance(listed, list):
        raise TypeError("no list")
    for one in listed:
        name, version = str(one["metadata"]["name"]), str(one["metadata"]["version"])
        info = one["download_info"]
        told = str(info["archive_info"]["hashes"]["sha256"])
        file = unquote(urlsplit(str(info["url"])).path.rpartition("/")[2])
        fine = _NAME.fullmatch(name) and _VERSION.fullmatch(version) and _HASH.fullmatch(told)
        if not fine or not file.endswith(".whl"):
            raise ValueError(name)
        yield ResolvedPackage(name, version, (f"sha256:{told}",), file)


def _odd(detail: str) -> LockFailed:
    return LockFailed(
        tr("pip’s report has a package that can’t be locked."),
        tr("Install a newer pip, and try again."),
        detail,
    )
