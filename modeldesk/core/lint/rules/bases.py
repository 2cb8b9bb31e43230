"""What stages stand on: tags that move, and stages whose files don't fit each other."""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import islice

from modeldesk.core.dockerfile.stages import Stage
from modeldesk.core.dockerfile.words import split_words
from modeldesk.core.errors import InvalidReference
from modeldesk.core.lint.model import Edit, Finding, Fix, Span
from modeldesk.core.lint.rules.programs import pip_installs
from modeldesk.core.lint.scene import Copied, Scene
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.references import Reference
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_PACKAGES = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|\.?v?env|virtualenv|\.local|wheels?|wheelhouse|"
    r"(?:mini)?conda\d?|opt|install|deps|packages)(?:/|$)|^/usr(?:/local)?(?:/lib[^/]*)?/?$|"
    r"/python3\.\d+(?:/|$)|\.(?:whl|so)$"
)
_GLIBC = re.compile(
    r"slim|debian|ubuntu|distroless|bookworm|bullseye|buster|trixie|jammy|noble|focal|"
    r"cuda|pytorch|conda|rockylinux|fedora|centos|ubi\d"
)
_PYTHON = re.compile(r"(\d+\.\d+)(?:[.-].*)?")
_MOST_TARGETS = 50
_ONLY_ALPINE = frozenset({"apk", "adduser", "addgroup"})


def moving_tags(scene: Scene) -> Iterator[Finding]:
    """``latest``, and no tag at all, which means the same."""
    for stage in scene.stages.all:
        base = _reference(stage.base) if stage.parent is None else None
        if base is None or base.digest or base.tag not in ("", "latest"):
            continue
        shown = printable(stage.base)
        yield Finding(
            "base-latest",
            Severity.WARNING,
            _base_span(scene, stage),
            tr("{base} has no tag, which means latest.", base=shown) if not base.tag
            else tr("{base} is another image tomorrow.", base=shown),
            tr("The same Dockerfile builds different images on different days, and nobody can "
               "tell why one of them fails."),
            tr("Name a version, such as python:3.11-slim, or a digest."),
            same_as=("DL3006", "DL3007"),
        )  # fmt: skip


def mixed_systems(scene: Scene) -> Iterator[Finding]:
    """Packages that were installed for one C library and are copied to the other."""
    known = _Known(scene)
    for copied in scene.copies:
        origin, here = _bases(scene, copied)
        if {_libc(origin), _libc(here)} != {"musl", "glibc"}:
            continue
        source = _packages(scene, copied, known)
        if source is None:
            continue
        yield Finding(
            "mixed-libc",
            Severity.ERROR,
            scene.of_part(copied.instruction, copied.sources[source]),
            tr("Packages from {origin} are copied into {here}.",
               origin=printable(origin), here=printable(here)),
            tr("Compiled packages such as numpy are made for one C library: Alpine has musl, "
               "Debian and its kin have glibc. They can’t be loaded in the other, and the "
               "container fails at its first import."),
            tr("Let both stages stand on the same kind of base image."),
            _same_base(scene, copied, origin, known),
        )  # fmt: skip


def mixed_pythons(scene: Scene) -> Iterator[Finding]:
    """Packages that were installed for one Python and are copied to another."""
    known = _Known(scene)
    for copied in scene.copies:
        origin, here = _bases(scene, copied)
        theirs, ours = _python(origin), _python(here)
        if not theirs or not ours or theirs == ours:
            continue
        source = _packages(scene, copied, known)
        if source is None:
            continue
        yield Finding(
            "mixed-python",
            Severity.ERROR,
            scene.of_part(copied.instruction, copied.sources[source]),
            tr("Packages for Python {theirs} are copied to Python {ours}.",
               theirs=theirs, ours=ours),
            tr("Each Python looks for packages in a folder of its own version, and compiled ones "
               "fit one version only."),
            tr("Let both stages stand on the same Python."),
        )  # fmt: skip


def _bases(scene: Scene, copied: Copied) -> tuple[str, str]:
    """What the copied files and the stage they go to stand on."""
    if not copied.origin:
        return "", ""
    stage = scene.stages.find(copied.origin, copied.stage)
    origin = scene.stages.root(stage).base if stage is not None else copied.origin
    return origin, scene.stages.root(copied.stage).base


def _packages(scene: Scene, copied: Copied, known: "_Known") -> int | None:
    """The number of the source that holds installed packages."""
    stage = scene.stages.find(copied.origin, copied.stage) if copied.origin else None
    prefixes = known.targets(stage) if stage is not None else ()
    for number, word in enumerate(copied.sources):
        if _PACKAGES.search(word.text) or word.text.startswith(prefixes):
            return number
    return None


class _Known:
    """What is asked of a stage for every COPY, found once."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._targets: dict[int, tuple[str, ...]] = {}

    def targets(self, stage: Stage) -> tuple[str, ...]:
        """Folders that pip was told to install to, up to a number that no person writes."""
        if stage.number not in self._targets:
            folders = dict.fromkeys(
                folder
                for ran in self._scene.runs_of(stage)
                for one in pip_installs(ran)
                for folder in one.targets
                if folder.startswith("/") and len(folder) > 1
            )
            self._targets[stage.number] = tuple(islice(folders, _MOST_TARGETS))
        return self._targets[stage.number]

    @cached_property
    def only_alpine(self) -> frozenset[int]:
        """The stages with an outside image where something on it is done that only Alpine knows."""
        return frozenset(
            ran.stage.base_stage
            for ran in self._scene.runs
            if any(command.name in _ONLY_ALPINE for command in ran.commands)
        )


def _same_base(scene: Scene, copied: Copied, origin: str, known: _Known) -> Fix | None:
    """The base of the packages' stage here too, where nothing is done that only Alpine knows."""
    root = scene.stages.root(copied.stage)
    source = scene.stages.find(copied.origin, copied.stage)
    base = _reference(origin)
    if source is None or base is None or not (base.digest or base.tag not in ("", "latest")):
        return None
    if scene.stages.root(source).number > root.number or _libc(root.base) != "musl":
        return None
    if root.number in known.only_alpine:
        return None
    span = _base_span(scene, root)
    return Fix(
        tr("Use {base} here too", base=printable(origin)), (Edit(span.start, span.end, origin),)
    )


def _base_span(scene: Scene, stage: Stage) -> Span:
    words = [one for one in split_words(stage.opening) if not one.text.startswith("--")]
    return scene.of_part(stage.opening, words[0]) if words else scene.of_word(stage.opening)


def _reference(base: str) -> Reference | None:
    if not base or base == "scratch" or "$" in base:
        return None
    try:
        return Reference.parse(base)
    except InvalidReference:
        return None


@lru_cache(maxsize=256)
def _libc(base: str) -> str:
    """The C library of a base image; empty where its name does not tell."""
    if "alpine" in base:
        return "musl"
    reference = _reference(base)
    if reference is None:
        return ""
    if _GLIBC.search(base):
        return "glibc"
    official = reference.repository in ("python", "pytorch/pytorch")
    return "glibc" if official else ""


@lru_cache(maxsize=256)
def _python(base: str) -> str:
    """The Python of an image that is called so, as ``3.11``; empty for others."""
    reference = _reference(base)
    if reference is None or not reference.repository.endswith("python"):
        return ""
    match = _PYTHON.fullmatch(reference.tag)
    return match[1] if match else ""
