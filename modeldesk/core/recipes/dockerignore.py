"""The .dockerignore that goes with a proposed Dockerfile."""

from collections.abc import Iterable, Iterator

from modeldesk.core.model_folder.ignored import (
    DATA,
    ENVIRONMENTS,
    LEFTOVERS,
    REPOSITORY,
    SECRETS,
    TRAINING,
    as_written,
)
from modeldesk.core.model_folder.model import ModelFolder


def dockerignore(folder: ModelFolder, omitted: Iterable[str]) -> str:
    """Its text. `omitted` are plain names at the folder's top that the image has no use for."""
    return "\n".join(_lines(folder, sorted(omitted))) + "\n"


def _lines(folder: ModelFolder, omitted: list[str]) -> Iterator[str]:
    seen = {kept.pattern for kept in folder.kept_out}
    used = {entry.path.partition("/")[0] for entry in folder.files if "/" in entry.path}
    # A data folder that the program reads is in the image, and so must not be listed.
    data = [pattern for pattern in DATA if pattern in seen or pattern[:-1] not in used]
    for title, patterns in (
        ("Secrets", SECRETS),
        ("Version control", REPOSITORY),
        ("Environments", ENVIRONMENTS),
        ("Caches and leftovers", LEFTOVERS),
        ("Training and tests", (*TRAINING, *data)),
        ("Not needed to serve", omitted),
    ):
        if patterns:
            yield f"# {title}"
            yield from map(as_written, patterns)
