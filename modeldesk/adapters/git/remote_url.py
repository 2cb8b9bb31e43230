"""A remote's address as it may be shown."""

import re
from urllib.parse import urlsplit, urlunsplit

_SCP_LIKE = re.compile(r"(?:[^@/]*@)?(?P<rest>[^/:]+:(?!//).*)")


def without_credentials(url: str) -> str:
    """A remote's address without user name, password, query and fragment; empty for what is no
    plain address."""
    if "::" in url.partition("/")[0] or not url.isprintable():
        return ""
    if "://" not in url:
        match = _SCP_LIKE.fullmatch(url)
        return match["rest"] if match else url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
