"""Takes the fingerprint of what a build is made from: which file is what, and what is in it."""

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from modeldesk.core.build.digests import read_digests
from modeldesk.core.build.model import BuildRequest, FileDigest, Nature
from modeldesk.core.build.ports import DigestRecords
from modeldesk.core.build_context.folder_files import BuildFiles, build_files
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.build_context.scan import ContextEntry, ContextPlan, scan
from modeldesk.core.build_context.tar import EntryKind
from modeldesk.core.dockerfile.read import read
from modeldesk.core.dockerfile.steps import base_image
from modeldesk.core.errors import RecordsError
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.model_folder.documents import read_mapping
from modeldesk.core.model_folder.file_kinds import is_code, is_document
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.serving.propose import is_description
from modeldesk.core.versioning.fingerprint import Fingerprint, Part

log = logging.getLogger(__name__)

_OF_INTERFACE = frozenset({"EXPOSE", "ENTRYPOINT"})
_SETTLED_S = 1.0
"""A file that was written this lately may be written again without its time telling."""
_MOST_KEPT = 200_000


def planned(
    request: BuildRequest, token: CancelToken, *, classic: bool = False
) -> tuple[BuildFiles, ContextPlan]:
    """What a request follows, and what would be sent. Raises `FolderError`, `Cancelled`."""
    files = build_files(
        request.folder, request.dockerfile, request.dockerignore, request.texts, classic=classic
    )
    return files, scan(request.folder, files.rules, token, files.given, files.always)


def nature_of(folder: ModelFolder) -> Nature:
    """What looking into a folder told of its files. Reads an MLmodel's signature."""
    requirements, app = folder.requirements, folder.app
    paths = (requirements.path, *requirements.includes, *requirements.locks) if requirements else ()
    return Nature(
        framework=folder.framework,
        signature=_signature(folder),
        health_path=app.health_path if app else "",
        weights=frozenset(str(one.path) for one in folder.weights),
        dependencies=frozenset(map(str, paths)),
        system_packages=folder.system_packages,
    )


def _signature(folder: ModelFolder) -> str:
    """The texts that MLflow writes for inputs, outputs and parameters."""
    for one in folder.recognised:
        if one.what == "MLflow":
            said = read_mapping(folder.path, one.path).get("signature")
            if isinstance(said, dict):
                texts = {name: text for name, text in said.items() if isinstance(text, str)}
                return json.dumps(texts, sort_keys=True)
    return ""


class Fingerprints:
    """Reads files, and remembers what was in those that are as they were. Any thread may ask."""

    def __init__(self, records: DigestRecords | None = None) -> None:
        """Without `records` every file is read each time."""
        self._records = records

    def take(
        self, files: BuildFiles, context: ContextPlan, nature: Nature, job: Job
    ) -> Fingerprint:
        """What a build of `context` is made from. A gigabyte that was not read before takes up
        to a second. Raises `FolderError` for a file that changes meanwhile, `Cancelled`."""
        return self.of(self.digests(files, context, job), files, context, nature)

    def of(
        self,
        digests: Mapping[str, str],
        files: BuildFiles,
        context: ContextPlan,
        nature: Nature,
    ) -> Fingerprint:
        """The same, where the `digests` of its files were taken before."""
        lines: dict[Part, list[str]] = {part: [] for part in Part}
        for_builder = files.always | {f"{files.dockerfile}{DOCKERIGNORE}"}
        for entry in context.entries:
            path = entry.path
            if entry.kind is EntryKind.FOLDER or path in for_builder:
                continue
            what = f"link {entry.target}" if entry.kind is EntryKind.LINK else digests[path]
            lines[_part_of(path, nature)].append(f"{path}\0{what}")
        for part, texts in _told(files.dockerfile_text, nature).items():
            lines[part] += texts
        return Fingerprint({part: _digest_of(sorted(found)) for part, found in lines.items()})

    def digests(self, files: BuildFiles, context: ContextPlan, job: Job) -> dict[str, str]:
        """What is in each file that is sent, by path: SHA-256 in hexadecimal digits, of large
        files that of their blocks. Takes as long, and raises, as `take` does."""
        known = self._known(context.folder)
        found: dict[str, str] = {}
        own: dict[str, ContextEntry] = {}
        unread: list[ContextEntry] = []
        for entry in context.entries:
            path = entry.path
            if entry.kind is not EntryKind.FILE:
                continue
            if path not in files.given:
                own[path] = entry
                kept = known.get(path)
                if kept is not None and kept.stamp == _stamp(entry):
                    found[path] = kept.digest
                    continue
            unread.append(entry)
        fresh = read_digests(context, unread, job)
        self._keep(context.folder, own, known, fresh)
        return found | fresh

    def _known(self, folder: Path) -> Mapping[str, FileDigest]:
        try:
            return self._records.digests(str(folder)) if self._records else {}
        except RecordsError as error:
            log.info("what files held can't be read from the records: %s", error)
            return {}

    def _keep(
        self,
        folder: Path,
        own: Mapping[str, ContextEntry],
        known: Mapping[str, FileDigest],
        fresh: Mapping[str, str],
    ) -> None:
        """Of the folder's own files, those that are settled."""
        settled = time.time() - _SETTLED_S
        new = {
            path: FileDigest(_stamp(own[path]), digest)
            for path, digest in fresh.items()
            if path in own and own[path].modified < settled and _is_text(path)
        }
        gone = known.keys() - own.keys()
        if self._records is None or not (new or gone) or len(own) > _MOST_KEPT:
            return
        try:
            self._records.keep_digests(str(folder), new, gone)
        except RecordsError as error:
            log.info("what files held can't be kept: %s", error)


def _stamp(entry: ContextEntry) -> str:
    """What is another when the file is: its fraction tells of every writing, as an engine that
    keeps what it was sent relies on too."""
    return f"{entry.size_bytes}:{entry.modified}.{entry.fraction}"


def _is_text(path: str) -> bool:
    """Whether records can hold the path: not with bytes that are no UTF-8."""
    return path.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in path)


def _part_of(path: str, nature: Nature) -> Part:
    folder = path.rpartition("/")[0]
    if path in nature.weights or (folder and _is_inside(folder, nature.weights)):
        return Part.WEIGHTS
    if path in nature.dependencies:
        return Part.DEPENDENCIES
    if is_description(path):
        return Part.DOCUMENTS
    if is_document(path):
        return Part.DOCUMENTS
    return Part.CODE if is_code(path) else Part.DATA


@lru_cache(maxsize=1024)
def _is_inside(folder: str, weights: frozenset[str]) -> bool:
    """Whether `folder` is, or lies in, one that is weights as a whole."""
    while folder and folder not in weights:
        folder = folder.rpartition("/")[0]
    return bool(folder)


def _told(dockerfile: str, nature: Nature) -> dict[Part, list[str]]:
    """What is told by texts, not by files."""
    return {
        Part.FRAMEWORK: [nature.framework],
        Part.INTERFACE: [*_interface(dockerfile), nature.health_path, nature.signature],
        Part.DEPENDENCIES: [f"\0{name}" for name in nature.system_packages],
        Part.BASE: [base_image(dockerfile).partition("@")[0]],
        Part.RECIPE: [dockerfile],
    }


def _interface(dockerfile: str) -> list[str]:
    """How the image is asked and started, by its last stage."""
    found: list[str] = []
    for one in read(dockerfile).instructions:
        if one.word == "FROM":
            found = []
        elif one.word in _OF_INTERFACE:
            found.append(f"{one.word} {' '.join(one.rest.split())}")
    return found


def _digest_of(lines: Iterable[str]) -> str:
    found = hashlib.sha256()
    for line in lines:
        found.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return found.hexdigest()
