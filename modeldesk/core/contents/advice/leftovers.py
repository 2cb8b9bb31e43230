"""Folders that no image needs: caches of package managers, build tools, tests, bytecode."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

from modeldesk.core.contents.advice.leftover_texts import said_of
from modeldesk.core.contents.advice.model import Advice, AdvicePath, Scene, Subject, largest
from modeldesk.core.contents.view import State

_SMALLEST = 1_000_000
"""Bytes from which it is worth a word."""

_BUILD_TOOLS = (
    rb"usr/(?:lib|libexec)/gcc(?:-cross)?/|usr/(?:local/)?include/|usr/share/cmake[^/]*/|"
    rb"(?:.*?/)?\.(?:rustup|cargo/registry)/"
)
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
    (Subject.BUILD_TOOLS, _BUILD_TOOLS),
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
            title, explanation, remedy = said_of(subject)
            yield Advice(subject, title, explanation, size, paths, count, remedy)


def _look_at(folder: bytes) -> _Hit | None:
    inside = folder + b"/"
    for subject, pattern in _PATTERNS:
        match = pattern.match(inside)
        if match:
            return _Hit(subject, match[0][:-1])
    return None
