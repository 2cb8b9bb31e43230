"""The Dockerfile that a first attempt looks like, to hold a better one against.

It is what published comparisons mean by single-stage: every tool that building a package might
want, everything copied before the packages are installed, lists and downloads left where they
fell, and root. The base image and what the .dockerignore keeps out are those of the proposal, so
that only the recipe makes a difference.
"""

import json
from collections.abc import Iterator

from modeldesk.core.model_folder.model import AppEntry, ModelFolder
from modeldesk.core.recipes import dependencies, system
from modeldesk.core.recipes.base import Family, family_of
from modeldesk.core.references import Reference

_TOOLS = ("cmake", "git", "curl", "python3-dev")
_COMPILERS = {Family.ALPINE: "build-base"}
_DEBIAN_COMPILERS = "build-essential"


def naive_dockerfile(folder: ModelFolder, app: AppEntry, base: Reference) -> str:
    """Its text."""
    return "\n".join(_lines(folder, app, base)) + "\n"


def _lines(folder: ModelFolder, app: AppEntry, base: Reference) -> Iterator[str]:
    family = family_of(base)
    compilers = _COMPILERS.get(family, _DEBIAN_COMPILERS)
    packages = dict.fromkeys((compilers, *_TOOLS, *system.needed(folder, family)))
    yield f"FROM {base}"
    if family is Family.ALPINE:
        yield f"RUN apk update && apk add {' '.join(packages)}"
    else:
        yield f"RUN apt-get update && apt-get install -y {' '.join(packages)}"
    yield "WORKDIR /app"
    yield "COPY . ."
    if folder.requirements is not None and dependencies.has_any(folder.requirements):
        yield dependencies.install_and_keep_downloads(folder.requirements)
    yield f"EXPOSE {app.port}"
    yield f"CMD {json.dumps(app.command)}"
