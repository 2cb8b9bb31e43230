"""Folders that no image needs: caches of package managers, build tools, tests, bytecode."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

from modeldesk.core.contents.advice.model import Advice, AdvicePath, Remedy, Scene, Subject, largest
from modeldesk.core.contents.view import State
from modeldesk.core.words import tr

_SMALLEST = 1_000_000
"""Bytes from which it is worth a word."""

_FOLDERS = (
    (Subject.APT_CACHE, rb"(?:var/lib/apt/lists|var/cache/apt)/"),
    (Subject.APK_CACHE, rb"(?:var/cache/apk|etc/apk/cache)/"),
    (Subject.DNF_CACHE, rb"var/cache/(?:dnf|yum|libdnf5)/"),
    (Subject.PIP_CACHE, rb"(?:.*?/)?(?:\.cache/(?:pip|uv|pypoetry|pdm)|tmp/pip-[^/]*)/"),
    (
        Subject.CONDA_CACHE,
        rb"(?:.*?/)?(?:(?:ana|mini|micro)?conda\d?|mini(?:forge|mamba)\d?|mambaforge)/pkgs/",
    ),
    (
        Subject.NPM_CACHE,
        rb"(?:.*?/)?(?:\.npm/_cacache|\.cache/yarn|\.yarn/cache|\.pnpm-store|\.cache/node-gyp)/",
    ),
    (
        Subject.BUILD_TOOLS,
        rb"usr/(?:lib|libexec)/gcc(?:-cross)?/|usr/(?:local/)?include/|usr/share/cmake[^/]*/|"
        rb"(?:.*?/)?\.(?:rustup|cargo/registry)/",
    ),
    (Subject.TESTS, rb"(?:.*?/)?(?:site|dist)-packages/(?:.*?/)?tests?/"),
    (Subject.BYTECODE, rb"(?:.*?/)?(?:site|dist)-packages/(?:.*?/)?__pycache__/"),
)
_PATTERNS = tuple((subject, re.compile(pattern)) for subject, pattern in _FOLDERS)
_TOOLS = re.compile(
    rb"usr/bin/(?:[^/]*-linux-[^/]*-)?(?:gcc|g\+\+|c\+\+|cpp|cc|make|cmake|ld|as|ar|ranlib|nm|"
    rb"objdump|objcopy|gdb|gfortran|clang|rustc|cargo|ninja)(?:[.-][^/]*)?"
    rb"|usr/(?:local/)?lib/(?:[^/]+/)?[^/]+\.a"
)
_TOOL_FOLDERS = re.compile(rb"usr/(?:bin|(?:local/)?lib(?:/[^/]+)?)")


@dataclass(frozen=True, slots=True)
class _Hit:
    subject: Subject
    root: bytes
    """The folder that is named, without a slash."""


def leftovers(scene: Scene) -> Iterator[Advice]:
    """One piece of advice for each subject whose files take more than a little."""
    found = dict[Subject, dict[bytes, int]]()
    view, known = scene.view, dict[bytes, _Hit | None]()
    begin, removed = scene.own_begin, State.REMOVED
    own = (row >= begin for row in view.rows)
    for row in compress(range(len(view)), own):
        size = view.sizes[row]
        if not size or view.states[row] == removed:
            continue
        path = view.paths[row]
        folder = path.rpartition(b"/")[0]
        if folder in known:
            hit = known[folder]
        else:
            hit = known[folder] = _look_at(folder)
        if hit:
            roots = found.setdefault(hit.subject, {})
            roots[hit.root] = roots.get(hit.root, 0) + size
        elif _TOOL_FOLDERS.fullmatch(folder) and _TOOLS.fullmatch(path):
            found.setdefault(Subject.BUILD_TOOLS, {})[path] = size
    for subject, roots in found.items():
        paths, count, size = largest(AdvicePath(path, size) for path, size in roots.items())
        if size >= _SMALLEST:
            title, explanation, remedy = _said(subject)
            yield Advice(subject, title, explanation, size, paths, count, remedy)


def _look_at(folder: bytes) -> _Hit | None:
    inside = folder + b"/"
    for subject, pattern in _PATTERNS:
        match = pattern.match(inside)
        if match:
            return _Hit(subject, match[0][:-1])
    return None


def _said(subject: Subject) -> tuple[str, str, Remedy]:
    """Title, explanation and remedy."""
    match subject:
        case Subject.APT_CACHE:
            return (
                tr("Package lists and archives of apt"),
                tr("apt keeps what it downloaded. Nothing in a container reads it again."),
                Remedy(
                    tr("Remove the lists in the RUN instruction that fetched them."),
                    (
                        "RUN apt-get update \\",
                        "    && apt-get install -y --no-install-recommends PACKAGES \\",
                        "    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb",
                    ),
                ),
            )
        case Subject.APK_CACHE:
            return (
                tr("Package index and archives of apk"),
                tr("apk keeps what it downloaded. Nothing in a container reads it again."),
                Remedy(tr("Let apk work without a cache."), ("RUN apk add --no-cache PACKAGES",)),
            )
        case Subject.DNF_CACHE:
            return (
                tr("Package lists and archives of dnf"),
                tr("dnf keeps what it downloaded. Nothing in a container reads it again."),
                Remedy(
                    tr("Clean up in the RUN instruction that installs."),
                    ("RUN dnf install -y PACKAGES && dnf clean all && rm -rf /var/cache/dnf",),
                ),
            )
        case Subject.PIP_CACHE:
            return (
                tr("Downloads kept by pip"),
                tr(
                    "pip, uv and Poetry keep the packages they downloaded, beside those they "
                    "installed."
                ),
                Remedy(
                    tr(
                        "Keep the cache outside the image with a cache mount, or install without "
                        "one."
                    ),
                    (
                        "RUN --mount=type=cache,target=/root/.cache/pip \\",
                        "    pip install -r requirements.txt",
                        "# or:",
                        "RUN pip install --no-cache-dir -r requirements.txt",
                    ),
                ),
            )
        case Subject.CONDA_CACHE:
            return (
                tr("Packages kept by conda"),
                tr("conda keeps every package it unpacked, beside those in the environment."),
                Remedy(
                    tr("Clean up in the RUN instruction that installs."),
                    ("RUN conda install -y PACKAGES && conda clean -afy",),
                ),
            )
        case Subject.NPM_CACHE:
            return (
                tr("Downloads kept by npm or Yarn"),
                tr("They keep the packages they downloaded, beside those in node_modules."),
                Remedy(
                    tr("Keep the cache outside the image, and leave out what only builds need."),
                    ("RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev",),
                ),
            )
        case Subject.BUILD_TOOLS:
            return (
                tr("Build tools in the final image"),
                tr(
                    "Compilers, headers and static libraries are needed to build packages, not to "
                    "run them, and give an attacker something to work with."
                ),
                Remedy(
                    tr("Build in one stage, and copy what was built into another."),
                    (
                        "FROM python:3.11 AS build",
                        "RUN python -m venv /opt/venv",
                        "RUN /opt/venv/bin/pip install -r requirements.txt",
                        "",
                        "FROM python:3.11-slim",
                        "COPY --from=build /opt/venv /opt/venv",
                        'ENV PATH="/opt/venv/bin:$PATH"',
                    ),
                ),
            )
        case Subject.TESTS:
            return (
                tr("Tests of dependencies"),
                tr("Packages bring their own tests along. Serving a model does not run them."),
                Remedy(
                    tr(
                        "Remove them in the RUN instruction that installs, and try the image "
                        "afterwards: a few packages import theirs."
                    ),
                    (
                        "RUN pip install --no-cache-dir -r requirements.txt \\",
                        "    && find /usr/local/lib -type d -path '*-packages/*' \\",
                        "       \\( -name test -o -name tests \\) -prune -exec rm -rf {} +",
                    ),
                ),
            )
        case _:
            return (
                tr("Bytecode of dependencies"),
                tr(
                    "Python can make these files from the sources. Without them the first start "
                    "takes a little longer."
                ),
                Remedy(
                    tr("Install without compiling."),
                    (
                        "ENV PYTHONDONTWRITEBYTECODE=1",
                        "RUN pip install --no-cache-dir --no-compile -r requirements.txt",
                    ),
                ),
            )
