"""What came with COPY and a sane .dockerignore would have kept out."""

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
from modeldesk.core.layers.instructions import word_of
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
    copying = [word_of(layer.instruction) in ("COPY", "ADD") for layer in scene.image.layers]
    used = _used_environments(scene)
    top = scene.image.image.detail.config.working_directory.strip("/").encode()
    known = dict[bytes, tuple[bytes, str]]()
    roots = dict[bytes, int]()
    patterns = dict[str, int]()
    begin = scene.own_begin
    for row, size in enumerate(view.sizes):
        if not size or view.rows[row] < begin or view.states[row] == State.REMOVED:
            continue
        if not copying[view.layer_of(row)]:
            continue
        path = view.paths[row]
        folder, _, name = path.rpartition(b"/")
        if folder not in known:
            known[folder] = _kept_out(rules, folder, top)
        root, pattern = known[folder]
        if not pattern:
            root, pattern = path, rules.match(name.decode("latin-1"), at_top=False)
        if pattern and not is_of_packages(root.rpartition(b"/")[0] + b"/") and root not in used:
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


def _used_environments(scene: Scene) -> set[bytes]:
    """Virtual environments that PATH leads to: they are how the program is installed."""
    used = set[bytes]()
    for line in scene.image.image.detail.config.environment:
        name, _, value = line.partition("=")
        if name == "PATH":
            used.update(part.strip("/").removesuffix("/bin").encode() for part in value.split(":"))
    return used
