"""The settings as a file that several programs of ours may change."""

import json
import stat
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TypeVar

from modeldesk.core.event_receiver import EventReceiver
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.settings import (
    LoadedSettings,
    Settings,
    load,
    read_content,
    settings_in,
    write_content,
)

T = TypeVar("T")
HoldFile = Callable[[Path], AbstractContextManager[None]]
"""Keeps every other program from changing a file of ours while inside; waits for its turn.
Raises `SettingsError`."""
_BY_NAME = {"keep_rules", "channel_rules", "followed_channels"}
_Stamp = tuple[int, int]
"""Another for each version of a file."""


class SettingsFile:
    """Any thread may read and change it."""

    def __init__(self, path: Path, hold: HoldFile) -> None:
        self.path = path
        self._hold = hold
        self._seen: _Stamp | None = None
        """The file as it was read or written last."""

    def read(self) -> LoadedSettings:
        """As `modeldesk.core.settings.load`."""
        self._seen = _stamp(self.path)
        return load(self.path)

    def read_changed(self) -> Settings | None:
        """What the file has, where another program has changed it since it was read or changed
        from here; None where none has, and for a file that can't be used."""
        stamp = _stamp(self.path)
        if stamp is None or stamp == self._seen:
            return None
        self._seen = stamp
        try:
            content = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return settings_in(content) if isinstance(content, dict) else None

    def change(self, before: Settings, after: Settings) -> Settings:
        """Write what differs between `before` and `after` and nothing else, and say what the file
        has then: what others changed meanwhile stays. Raises `SettingsError`."""
        with self._hold(self.path):
            content, _ = read_content(self.path)
            now = settings_in(content)
            new = merged(before, after, now)
            if new != now:
                was = asdict(now)
                changed = {key: value for key, value in asdict(new).items() if value != was[key]}
                write_content(self.path, {**content, **changed})
                self._seen = _stamp(self.path)
            return new


def merged(before: Settings, after: Settings, now: Settings) -> Settings:
    """`now` with what differs between `before` and `after`; of rules and registries only those
    that differ, and of a registry only the facts that do."""
    values = {
        f.name: getattr(after, f.name)
        for f in fields(Settings)
        if getattr(after, f.name) != getattr(before, f.name)
    }
    for name in _BY_NAME & values.keys():
        values[name] = _merged_rules(*(getattr(one, name) for one in (before, after, now)))
    if "registries" in values:
        known = (_by_host(one.registries) for one in (before, after, now))
        values["registries"] = tuple(_merged_registries(*known).values())
    if "event_receivers" in values:
        told = (_by_id(one.event_receivers) for one in (before, after, now))
        values["event_receivers"] = tuple(_merged_rules(*told).values())
    return replace(now, **values)


def _merged_rules(
    before: Mapping[str, T], after: Mapping[str, T], now: Mapping[str, T]
) -> dict[str, T]:
    kept = {name: rule for name, rule in now.items() if name in after or name not in before}
    return kept | {name: rule for name, rule in after.items() if before.get(name) != rule}


def _merged_registries(
    before: Mapping[str, KnownRegistry],
    after: Mapping[str, KnownRegistry],
    now: Mapping[str, KnownRegistry],
) -> dict[str, KnownRegistry]:
    kept = {host: one for host, one in now.items() if host in after or host not in before}
    for host, one in after.items():
        was, there = before.get(host), kept.get(host)
        if was == one:
            continue
        kept[host] = one if was is None or there is None else _merged_facts(was, one, there)
    return kept


def _merged_facts(before: KnownRegistry, after: KnownRegistry, now: KnownRegistry) -> KnownRegistry:
    facts = [f.name for f in fields(KnownRegistry)]
    changed = [name for name in facts if getattr(after, name) != getattr(before, name)]
    return replace(now, **{name: getattr(after, name) for name in changed})


def _stamp(path: Path) -> _Stamp | None:
    """None for no file: a pipe might never end."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def _by_host(registries: tuple[KnownRegistry, ...]) -> dict[str, KnownRegistry]:
    return {one.host: one for one in registries}


def _by_id(receivers: tuple[EventReceiver, ...]) -> dict[str, EventReceiver]:
    return {one.id: one for one in receivers}
