"""``modeldesk registry browse``: what a registry has."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.remote import artifact_json, catalog, remote_json, say_left_out
from modeldesk.cli.session import Session
from modeldesk.core.errors import NotFound
from modeldesk.core.ids import short
from modeldesk.core.library.catalog import RemoteCatalog
from modeldesk.core.library.labels import metrics
from modeldesk.core.library.remote_model import RegistryLook, RemoteArtifact, RemoteVersion
from modeldesk.core.library.versions import tag_order
from modeldesk.core.registry.known import KnownRegistry, read_repository
from modeldesk.core.text import printable, size_text
from modeldesk.core.words import tr, trn

_METRICS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The act's own arguments, after the host."""
    parser.add_argument("repository", metavar="REPOSITORY", nargs="?", default="",
                        help="only this one")  # fmt: skip
    parser.add_argument(
        "--cached", action="store_true", help="tell what the registry said last; ask nobody"
    )


def browse(arguments: argparse.Namespace, session: Session, known: KnownRegistry) -> Answer:
    """Ask a registry, or one repository of it, and list what it has. No engine is asked. Raises
    `RegistryError` where nothing can be told."""
    only = arguments.repository and (
        f"{known.host}/{read_repository(known.host, arguments.repository)}"
    )
    whole = True
    browsing = session.browsing()
    if not arguments.cached and only:
        answer = session.parts.remote_versions.ask([only], session.job.token)
        if answer.errors:
            raise answer.errors[0]
    elif not arguments.cached:
        looked = browsing.browse(known, (), session.job)
        session.close_line()
        say_left_out(session, known.host, looked)
        whole = looked.whole
    return _told(catalog(session), known, only, whole=whole)


@dataclass(frozen=True, slots=True)
class _Repository:
    """What is known of one, its tags in their order."""

    name: str
    versions: list[RemoteVersion]
    artifacts: list[RemoteArtifact]
    channels: Mapping[str, str]

    @property
    def path(self) -> str:
        return self.name.partition("/")[2]

    def channels_of(self, one: RemoteVersion) -> list[str]:
        return sorted(name for name, digest in self.channels.items() if digest == one.digest)


def _told(found: RemoteCatalog, known: KnownRegistry, only: str, *, whole: bool) -> Answer:
    repositories = [
        one for one in _repositories(found, f"{known.host}/") if not only or one.name == only
    ]
    if only and not repositories:
        raise NotFound(
            tr("{name} has no image.", name=only),
            tr("“modeldesk registry browse {host}” lists what there is.", host=known.host),
        )
    look = found.look(known.host)
    lines = _lines(repositories)
    if look is not None and not only:
        lines += ["", _fresh(look)]
    if not whole:
        lines.append(tr("The registry lists no repositories: these are the ones that were named."))
    return Answer(
        {
            "host": known.host,
            "asked": look.finished.isoformat() if look else None,
            "repositories": [_json(one) for one in repositories],
        },
        tuple(lines),
    )


def _repositories(found: RemoteCatalog, place: str) -> list[_Repository]:
    made: dict[str, _Repository] = {}

    def of(name: str) -> _Repository:
        if name not in made:
            made[name] = _Repository(name, [], [], found.channels.get(name, {}))
        return made[name]

    ordered = sorted(found.versions, key=lambda one: (tag_order(one.tag), one.tag), reverse=True)
    for version in ordered:
        if version.repository.startswith(place):
            of(version.repository).versions.append(version)
    for artifact in found.artifacts:
        if artifact.repository.startswith(place):
            of(artifact.repository).artifacts.append(artifact)
    return [made[name] for name in sorted(made)]


def _lines(repositories: Sequence[_Repository]) -> list[str]:
    rows = [
        (
            repository.path,
            one.tag,
            short(one.digest),
            size_text(one.compressed_bytes),
            one.artifact or " ".join(one.platforms or ()),
            f"{one.created:%Y-%m-%d %H:%M}",
            " ".join(repository.channels_of(one)),
            _metrics(one),
        )
        for repository in repositories
        for one in repository.versions
    ]
    header = ("REPOSITORY", "TAG", "DIGEST", "COMPRESSED", "PLATFORMS", "CREATED", "CHANNELS",
              "METRICS")  # fmt: skip
    lines = table(header, rows, "   r") if rows else [tr("No image is there.")]
    others = [
        (repository.path, one.tag, short(one.digest), printable(one.kind))
        for repository in repositories
        for one in repository.artifacts
    ]
    if others:
        lines += ["", tr("What is no image:")]
        lines += table(("REPOSITORY", "TAG", "DIGEST", "TYPE"), others)
    return lines


def _fresh(look: RegistryLook) -> str:
    versions = trn("{count} version", "{count} versions", look.versions)
    return tr("{versions}, as of {time}.", versions=versions,
              time=f"{look.finished:%Y-%m-%d %H:%M} UTC")  # fmt: skip


def _json(one: _Repository) -> dict[str, Json]:
    return {
        "repository": one.path,
        "versions": [remote_json(version, one.channels_of(version)) for version in one.versions],
        "artifacts": [artifact_json(artifact) for artifact in one.artifacts],
    }


def _metrics(one: RemoteVersion) -> str:
    known = list(metrics(one.labels or {}).items())[:_METRICS]
    return printable(" ".join(f"{name}={value:g}" for name, value in known))
