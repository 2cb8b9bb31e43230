"""How containers of two images would start differently."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.containers.secrets import HIDDEN, looks_secret, without_secrets
from modeldesk.core.images import ImageDetail
from modeldesk.core.words import tr


class Setting(Enum):
    """What of a configuration differs."""

    PLATFORM = "platform"
    ENTRYPOINT = "entrypoint"
    COMMAND = "command"
    WORKING_DIRECTORY = "working_directory"
    USER = "user"
    PORTS = "ports"
    VOLUMES = "volumes"
    HEALTHCHECK = "healthcheck"
    STOP_SIGNAL = "stop_signal"
    VARIABLE = "environment"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class ConfigDifference:
    """One setting that is not the same on both sides."""

    setting: Setting
    name: str
    """Of a variable or label; else empty."""
    left: str | None
    """None where it is not set. What looks secret is hidden."""
    right: str | None


def diff_config(left: ImageDetail, right: ImageDetail) -> tuple[ConfigDifference, ...]:
    """What differs: settings, then variables, then labels by name."""
    found = []
    ours, theirs = dict(_settings(left)), dict(_settings(right))
    for setting, value in ours.items():
        other = theirs[setting]
        if value != other:
            found.append(ConfigDifference(setting, "", _shown(value), _shown(other)))
    variables = _variables(left), _variables(right)
    found += _named(Setting.VARIABLE, *variables)
    found += _named(Setting.LABEL, left.labels, right.labels)
    return tuple(found)


def setting_name(setting: Setting) -> str:
    """The setting's name for a person."""
    return {
        Setting.PLATFORM: tr("Platform"),
        Setting.ENTRYPOINT: tr("Entrypoint"),
        Setting.COMMAND: tr("Command"),
        Setting.WORKING_DIRECTORY: tr("Working directory"),
        Setting.USER: tr("User"),
        Setting.PORTS: tr("Ports"),
        Setting.VOLUMES: tr("Volumes"),
        Setting.HEALTHCHECK: tr("Health check"),
        Setting.STOP_SIGNAL: tr("Stop signal"),
        Setting.VARIABLE: tr("Variable"),
        Setting.LABEL: tr("Label"),
    }[setting]


def _settings(detail: ImageDetail) -> Iterator[tuple[Setting, str | None]]:
    config = detail.config
    platform = "/".join(filter(None, (detail.operating_system, detail.architecture)))
    yield Setting.PLATFORM, platform or None
    yield Setting.ENTRYPOINT, _words(config.entrypoint)
    yield Setting.COMMAND, _words(config.command)
    yield Setting.WORKING_DIRECTORY, config.working_directory or None
    yield Setting.USER, config.user or None
    yield Setting.PORTS, " ".join(sorted(config.exposed_ports)) or None
    yield Setting.VOLUMES, " ".join(sorted(config.volumes)) or None
    yield Setting.HEALTHCHECK, _words(config.healthcheck)
    yield Setting.STOP_SIGNAL, config.stop_signal or None


def _words(words: tuple[str, ...]) -> str | None:
    return json.dumps(words, ensure_ascii=False) if words else None


def _variables(detail: ImageDetail) -> dict[str, str]:
    pairs = (line.partition("=") for line in detail.config.environment)
    return {name: value for name, _, value in pairs}


def _named(
    setting: Setting, left: Mapping[str, str], right: Mapping[str, str]
) -> Iterator[ConfigDifference]:
    for name in sorted(left.keys() | right.keys()):
        before, after = left.get(name), right.get(name)
        if before == after:
            continue
        # Where one side's value is a secret, the other's is one too, whatever it looks like.
        if any(looks_secret(name, value or "") for value in (before, after)):
            before, after = (None if value is None else HIDDEN for value in (before, after))
        yield ConfigDifference(setting, name, _shown(before), _shown(after))


def _shown(value: str | None) -> str | None:
    return None if value is None else without_secrets(value)
