"""What came with COPY and a sane .dockerignore would have kept out."""

import posixpath
from collections.abc import Iterator

from modeldesk.core.contents.advice.model import (
    Advice,
    AdvicePath,
    RecipeFile,
    Remedy,
    Scene,
    Subject,
    largest,
)
from modeldesk.core.contents.kinds import is_of_packages
from modeldesk.core.contents.view import State
from modeldesk.core.layers.copying import Copied, Origin, copied
from modeldesk.core.model_folder.ignored import (
    DATA,
    ENVIRONMENTS,
    LEFTOVERS,
    REPOSITORY,
    TRAINING,
    Rules,
    as_written,
)
from modeldesk.core.words import tr

_SMALLEST = 100_000
_NOTEBOOKS = ("**/*.ipynb",)
_MAY_BE_WANTED = ("**/node_modules", "**/.cache", "**/checkpoint-*")
"""What is also copied on purpose: from a build stage, or because the model is in it."""
_PATTERNS = tuple(
    pattern
    for pattern in (*REPOSITORY, *ENVIRONMENTS, *LEFTOVERS, *TRAINING, *DATA, *_NOTEBOOKS)
    if pattern not in _MAY_BE_WANTED
)


def not_ignored(scene: Scene) -> Iterator[Advice]:
    """At most one piece of advice, with the lines of a .dockerignore."""
    rules, view = Rules(_PATTERNS), scene.view
    copies = [copied(layer.instruction) for layer in scene.image.layers]
    used = _used_environments(scene)
    working_directory = scene.image.image.detail.config.working_directory
    top = working_directory.strip("/").encode()
    targets = [_target(copy, working_directory) for copy in copies]
    known = dict[bytes, tuple[bytes, str]]()
    roots = dict[bytes, int]()
    patterns = dict[str, int]()
    begin = scene.own_begin
    for row, size in enumerate(view.sizes):
        if not size or view.rows[row] < begin or view.states[row] == State.REMOVED:
            continue
        layer = view.layer_of(row)
        copy = copies[layer]
        if copy is None or copy.origin is Origin.ELSEWHERE:
            continue
        path = view.paths[row]
        folder, _, name = path.rpartition(b"/")
        if folder not in known:
            known[folder] = _kept_out(rules, folder, top)
        root, pattern = known[folder]
        if not pattern:
            root, pattern = path, rules.match(name.decode("latin-1"), at_top=False)
        if (
            pattern
            and not is_of_packages(root.rpartition(b"/")[0] + b"/")
            and root not in used
            # What a COPY names was not caught by accident.
            and not (targets[layer] + b"/").startswith(root + b"/")
            and not (copy.origin is Origin.UNKNOWN and pattern in ENVIRONMENTS)
        ):
            roots[root] = roots.get(root, 0) + size
            patterns[pattern] = patterns.get(pattern, 0) + size
    paths, count, size = largest(AdvicePath(root, size) for root, size in roots.items())
    if size >= _SMALLEST:
        yield Advice(
            Subject.CONTEXT,
            tr("Files that a .dockerignore should keep out"),
            tr(
                "They came along with COPY: version control, notebooks, data sets, environments "
                "or caches. A container has no use for them."
            ),
            size,
            paths,
            count,
            Remedy(
                tr("Add these lines to the .dockerignore beside the Dockerfile."),
                tuple(map(as_written, sorted(patterns, key=lambda one: (-patterns[one], one)))),
                RecipeFile.DOCKERIGNORE,
            ),
        )


def _kept_out(rules: Rules, folder: bytes, top: bytes) -> tuple[bytes, str]:
    """The uppermost folder on the way to `folder` that a pattern keeps out, and the pattern."""
    names = folder.split(b"/") if folder else []
    for place, name in enumerate(names):
        at_top = b"/".join(names[:place]) == top
        pattern = rules.match(name.decode("latin-1"), at_top=at_top)
        if pattern:
            return b"/".join(names[: place + 1]), pattern
    return b"", ""


def _target(copy: Copied | None, working_directory: str) -> bytes:
    """The path in the image that a copy goes to."""
    if copy is None:
        return b""
    path = posixpath.normpath(posixpath.join("/", working_directory, copy.target))
    return path.strip("/").encode("utf-8", "surrogateescape")


def _used_environments(scene: Scene) -> set[bytes]:
    """Virtual environments that PATH leads to: they are how the program is installed."""
    used = set[bytes]()
    for line in scene.image.image.detail.config.environment:
        name, _, value = line.partition("=")
        if name == "PATH":
            used.update(part.strip("/").removesuffix("/bin").encode() for part in value.split(":"))
    return used
