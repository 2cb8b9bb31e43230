"""How a deployment's settings came to be what they are, from revision to revision (pure)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from modeldesk.core.releases.model import Release, ServiceSettings, SwarmSettings
from modeldesk.core.text import duration_text, size_text
from modeldesk.core.words import tr

Plain = None | bool | int | float | str
ALL_GPUS = -1


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting that a revision has otherwise than the one before. None: it was, or is, not
    there."""

    setting: str
    """A name that does not change between versions: ``memory_bytes``, ``environment.MODE``."""
    before: Plain
    after: Plain
    said: str
    """The change, for people."""


@dataclass(frozen=True, slots=True)
class Revision:
    """Settings that were kept. `changes` are against the revision before; none for the first."""

    number: int
    settings: ServiceSettings
    changes: tuple[SettingChange, ...]
    release: Release | None
    """The one that brought it; None where its release is not known any more."""
    current: bool


def revision_text(revision: Revision) -> str:
    """``Revision 3``, and whether it is the one in use."""
    if revision.current:
        return tr("Revision {number}, in use", number=revision.number)
    return tr("Revision {number}", number=revision.number)


def revisions_of(
    settings: Mapping[int, ServiceSettings], releases: Collection[Release], current: int
) -> tuple[Revision, ...]:
    """Every revision, the newest first. A deployment that went back to earlier settings has the
    number of those again: `current` need not be the newest."""
    brought: dict[int, Release] = {}
    for release in sorted(releases, key=lambda one: one.id):
        brought.setdefault(release.revision, release)
    made: list[Revision] = []
    before: ServiceSettings | None = None
    # Under 0 stands what was in use before revisions were kept.
    for number in sorted(one for one in settings if one):
        now = settings[number]
        changes = setting_changes(before, now) if before is not None else ()
        made.append(Revision(number, now, changes, brought.get(number), number == current))
        before = now
    return tuple(reversed(made))


def setting_changes(before: ServiceSettings, after: ServiceSettings) -> tuple[SettingChange, ...]:
    """What differs, in the order of the settings dialog."""
    old = {one.setting: one for one in _facts(before)}
    new = {one.setting: one for one in _facts(after)}
    changes = []
    for setting in dict.fromkeys((*old, *new)):
        was, now = old.get(setting), new.get(setting)
        if was is not None and now is not None and was.value == now.value:
            continue
        changes.append(
            SettingChange(
                setting, was.value if was else None, now.value if now else None, _said(was, now)
            )
        )
    return tuple(changes)


@dataclass(frozen=True, slots=True)
class _Fact:
    """One setting: its name for programs and for people, its value, and that in words, which are
    empty where it is not to be shown."""

    setting: str
    name: str
    value: Plain
    words: str


def _said(was: _Fact | None, now: _Fact | None) -> str:
    if was is None and now is not None:
        if not now.words:
            return tr("{setting} added", setting=now.name)
        return tr("{setting} added: {value}", setting=now.name, value=now.words)
    if now is None and was is not None:
        if not was.words:
            return tr("{setting} removed", setting=was.name)
        return tr("{setting} removed (was {value})", setting=was.name, value=was.words)
    assert was is not None
    assert now is not None
    return tr("{setting}: {before} → {after}",
              setting=now.name, before=was.words, after=now.words)  # fmt: skip


def _facts(settings: ServiceSettings) -> Iterator[_Fact]:
    ports = ", ".join(
        f"{port.host_port or tr('any free port')}:{port.container_port}" for port in settings.ports
    )
    yield _Fact("ports", tr("Ports"), ports, ports or tr("none"))
    for name, value in settings.environment.items():
        yield _Fact(f"environment.{name}", name, value, f"“{value}”")
    for name in settings.secret_names:
        # Of its value nothing is kept, so that a change of it alone is not known.
        yield _Fact(f"secrets.{name}", tr("Secret {name}", name=name), True, "")
    for mount in settings.mounts:
        mode = f"{mount.source}:ro" if mount.read_only else mount.source
        yield _Fact(f"mounts.{mount.target}", tr("Folder at {place}", place=mount.target), mode,
                    mode)  # fmt: skip
    limits = settings.limits
    memory = size_text(limits.memory_bytes) if limits.memory_bytes else tr("all there is")
    yield _Fact("memory_bytes", tr("Memory at most"), limits.memory_bytes, memory)
    cpus = f"{limits.cpus:g}" if limits.cpus else tr("all there are")
    yield _Fact("cpus", tr("Processors at most"), limits.cpus, cpus)
    gpus = tr("all") if limits.gpus == ALL_GPUS else str(limits.gpus or tr("none"))
    yield _Fact("gpus", tr("GPUs"), limits.gpus, gpus)
    yield _switch("locked_down", tr("Locked down"), settings.locked_down)
    yield _span("health_timeout_s", tr("Healthy within"), settings.health_timeout_s)
    yield _span("keep_warm_s", tr("Kept warm for the way back"), settings.keep_warm_s)
    yield _span("drain_s", tr("Requests are drained for"), settings.drain_s)
    smoke = settings.smoke
    asked = f"{smoke.method} {smoke.path}" if smoke else None
    if asked and smoke and smoke.body:
        asked = f"{asked} ({size_text(len(smoke.body))})"
    yield _Fact("smoke", tr("Smoke request"), asked, asked or tr("none"))
    if settings.swarm is not None:
        yield from _of_swarm(settings.swarm)


def _of_swarm(swarm: SwarmSettings) -> Iterator[_Fact]:
    yield _Fact("swarm.replicas", tr("Replicas"), swarm.replicas, str(swarm.replicas))
    at_once = str(swarm.parallelism) if swarm.parallelism else tr("all")
    yield _Fact("swarm.parallelism", tr("Replaced at once"), swarm.parallelism, at_once)
    yield _span("swarm.monitor_s", tr("New ones are watched for"), swarm.monitor_s)
    yield _switch("swarm.gateway", tr("Gateway"), swarm.gateway)
    yield _switch("swarm.every_machine", tr("Ports at each machine"), swarm.every_machine)


def _switch(setting: str, name: str, on: bool) -> _Fact:
    return _Fact(setting, name, on, tr("yes") if on else tr("no"))


def _span(setting: str, name: str, seconds: float) -> _Fact:
    return _Fact(setting, name, seconds, duration_text(seconds))
