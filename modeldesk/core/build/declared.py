"""What a Dockerfile asks to be given: arguments and secrets."""

import re

from modeldesk.core.dockerfile.read import read

_ARGUMENT = re.compile(r"([A-Za-z_]\w*)(?:=(\"[^\"]*\"|'[^']*'|\S*))?", re.ASCII)
_MOUNT = re.compile(r"--mount=(\S+)")


def declared_arguments(dockerfile: str) -> dict[str, str]:
    """Each ARG with its default, empty for none, in the order of the Dockerfile."""
    found: dict[str, str] = {}
    for one in read(dockerfile).instructions:
        if one.word == "ARG":
            for match in _ARGUMENT.finditer(one.rest):
                default = (match[2] or "").strip("\"'")
                # A stage that wants one of before FROM repeats its name alone.
                found[match[1]] = default or found.get(match[1], "")
    return found


def wanted_secrets(dockerfile: str) -> tuple[str, ...]:
    """The ids of secrets that steps mount, each once."""
    found: dict[str, None] = {}
    for one in read(dockerfile).instructions:
        if one.word != "RUN":
            continue
        for mount in _MOUNT.findall(one.rest):
            fields = dict(part.partition("=")[::2] for part in mount.strip("\"'").split(","))
            if fields.get("type") == "secret":
                target = fields.get("target") or fields.get("dst") or fields.get("destination", "")
                if name := fields.get("id") or target.rpartition("/")[2]:
                    found[name] = None
    return tuple(found)
