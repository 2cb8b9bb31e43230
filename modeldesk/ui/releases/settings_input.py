"""A deployment's settings as they are typed, and read again (no Qt)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from modeldesk.core.containers.arguments import (
    check_variable,
    container_text,
    host_text,
    parse_port,
)
from modeldesk.core.containers.model import ContainerLimits
from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.releases.model import ServiceSettings
from modeldesk.core.words import tr
from modeldesk.ui.releases.mount_rows import mount_rows, read_mounts
from modeldesk.ui.releases.plan_input import span_input

_MEMORY = re.compile(r"(\d{1,14})(?:\.(\d{1,3}))?\s*(b|k|kb|m|mb|g|gb|t|tb)?", re.ASCII)
_UNITS = {"b": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_LEAST_MEMORY = 6_000_000
_CPUS = re.compile(r"\d{1,4}(?:\.\d{1,3})?", re.ASCII)
_SPAN = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)\s*(s|m|min|h)", re.ASCII)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST_S = 7 * 86_400.0
ALL_GPUS = -1


@dataclass(frozen=True, slots=True)
class SettingsInput:
    """What stands in the fields; an empty limit is none. Values of secrets stand in `variables`
    only where a person has typed them."""

    ports: Sequence[tuple[str, ...]]
    variables: Sequence[tuple[str, ...]]
    mounts: Sequence[tuple[str, ...]]
    memory: str
    cpus: str
    gpus: int
    locked_down: bool
    health: str
    keep_warm: str
    drain: str
    smoke: SmokeRequest | None


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """Settings that can be used, and the secrets' values, which are never kept."""

    settings: ServiceSettings
    secrets: Mapping[str, str]


def input_of(settings: ServiceSettings) -> SettingsInput:
    """Settings as a person would type them."""
    limits = settings.limits
    return SettingsInput(
        [(host_text(port), container_text(port)) for port in settings.ports],
        [*settings.environment.items(), *((name, "") for name in settings.secret_names)],
        mount_rows(settings.mounts),
        memory_input(limits.memory_bytes),
        f"{limits.cpus:g}" if limits.cpus else "",
        limits.gpus,
        settings.locked_down,
        span_input(settings.health_timeout_s),
        span_input(settings.keep_warm_s),
        span_input(settings.drain_s),
        settings.smoke,
    )


def read_settings(given: SettingsInput, before: ServiceSettings) -> SettingsRead:
    """What was typed. A secret that `before` has and that was left empty stays what it is. Raises
    `InvalidInput` for the first thing that can't be used; folders are looked up."""
    ports = tuple(parse_port(f"{host}:{inside}") for host, inside in given.ports)
    variables = {}
    for name, value in given.variables:
        check_variable(name)
        if name in variables:
            raise InvalidInput(tr("The variable {name} is given twice.", name=name))
        variables[name] = value
    kept = before.secret_names
    names = tuple(n for n, v in variables.items() if n in kept or looks_secret(n, v))
    mounts = read_mounts(given.mounts)
    settings = replace(
        before,
        ports=ports,
        environment={n: v for n, v in variables.items() if n not in names},
        secret_names=names,
        mounts=mounts,
        limits=ContainerLimits(read_memory(given.memory), read_cpus(given.cpus), given.gpus),
        locked_down=given.locked_down,
        health_timeout_s=_span(given.health, tr("The time to become healthy"), least=1.0),
        keep_warm_s=_span(given.keep_warm, tr("The time it is kept warm")),
        drain_s=_span(given.drain, tr("The time to drain")),
        smoke=given.smoke,
    )
    secrets = {n: variables[n] for n in names if variables[n] or n not in kept}
    return SettingsRead(settings, secrets)


def memory_input(amount: int) -> str:
    """Bytes as `read_memory` takes them; empty for no limit."""
    if not amount:
        return ""
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if amount >= size and amount % (size // 1000) == 0:
            return f"{amount / size:g} {unit}"
    return f"{amount} B"


def read_memory(text: str) -> int:
    """Bytes of ``512 MB``, ``1.5g``; 0 for nothing: no limit. Raises `InvalidInput`."""
    if not text.strip():
        return 0
    found = _MEMORY.fullmatch(text.strip().lower())
    unit = _UNITS[(found[3] or "b")[0]] if found else 1
    amount = round(float(f"{found[1]}.{found[2] or 0}") * unit) if found else 0
    if amount < _LEAST_MEMORY:
        raise InvalidInput(
            tr("“{text}” is no amount of memory.", text=text.strip()),
            tr("Write 512 MB or 4 GB, at least 6 MB; nothing for no limit."),
        )
    return amount


def read_cpus(text: str) -> float:
    """Processors, also parts of one; 0 for nothing: no limit. Raises `InvalidInput`."""
    if not text.strip():
        return 0.0
    if not _CPUS.fullmatch(text.strip()) or float(text) < 0.01:
        raise InvalidInput(
            tr("“{text}” is no number of processors.", text=text.strip()),
            tr("Write 2 or 0.5; nothing for no limit."),
        )
    return float(text)


def read_span(text: str) -> float:
    """Seconds of ``30 s``, ``1.5 min``, ``2 h``. Raises `InvalidInput`."""
    found = _SPAN.fullmatch(text.strip().lower())
    if not found:
        raise InvalidInput(
            tr("“{text}” is no length of time.", text=text.strip()),
            tr("Write 30 s, 10 min or 1 h."),
        )
    return float(found[1]) * _SECONDS[found[2][0]]


def _span(text: str, what: str, least: float = 0.0) -> float:
    seconds = read_span(text)
    if not least <= seconds <= _LONGEST_S:
        raise InvalidInput(
            tr("{what} is too short or too long.", what=what), tr("Write 30 s, 10 min or 1 h.")
        )
    return seconds
