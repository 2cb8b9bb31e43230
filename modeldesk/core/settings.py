"""What a person may choose, kept in one small JSON file. Secrets never go in here."""

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path

from modeldesk.core.channel_rule import DEFAULT_RULES, ChannelRule
from modeldesk.core.errors import SettingsError
from modeldesk.core.event_receiver import EventReceiver, read_receivers
from modeldesk.core.keep_rule import MOST_DAYS, MOST_VERSIONS, KeepRule
from modeldesk.core.registry.known import KnownRegistry, read_known
from modeldesk.core.versioning.git_tags import TAG_PATTERNS
from modeldesk.core.words import tr

FORMAT = 1
DEFAULT_BASE_IMAGE = "python:3.11-slim"
DEFAULT_REGISTRY_IMAGE = (
    "registry:2.8.3@sha256:a3d8aaa63ed8681a604f1dea0aa03f100d5895b6a58ace528858a7b332415373"
)
DEFAULT_GATEWAY_IMAGE = (
    "nginx:1.27.5@sha256:6784fb0834aa7dbbe12e3d7471e69c290df3e6ba810dc38b34ae33d3c1c05f7d"
)
CHOICES = {
    "theme": ("system", "light", "dark"),
    "language": ("", "en", "zh_CN"),
    "version_scheme": ("semantic", "commit", "timestamp"),
    "builder": ("automatic", "buildx"),
    "git_tag_pattern": TAG_PATTERNS,
}
"""What these settings can be; anything else in the file counts as the default."""
LONGEST_NOTIFY_AFTER_S = 3600.0
RANGES = {
    "notify_after_s": (0.0, LONGEST_NOTIFY_AFTER_S),
    "layer_records_mb": (50, 100_000),
    "weights_cache_mb": (0, 10_000_000),
}
"""What numbers can be, in the same way."""
FOLLOWED_CHANNELS = {"production": "stable", "test": "candidate"}
_RULES = (
    "keep_rule",
    "keep_rules",
    "channel_rules",
    "registries",
    "followed_channels",
    "event_receivers",
)
"""Settings that are more than a plain value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. What a newer program wrote beside them stays in the file."""

    engine_address: str = ""
    """Empty: find one."""
    theme: str = "system"
    """``system``, ``light`` or ``dark``."""
    language: str = ""
    """``en`` or ``zh_CN``; empty: the system's."""
    notify_after_s: float = 10.0
    """Work that took at least this long is notified when it ends."""
    default_registry: str = ""
    """Prefix for the repository of new models, such as ``registry.lan:5000/team``."""
    base_image: str = DEFAULT_BASE_IMAGE
    """What proposed Dockerfiles start from."""
    base_mirror: str = ""
    """What stands before the names of Docker Hub's images in them, such as
    ``registry.example.com/hub``; empty for Docker Hub itself."""
    version_scheme: str = "semantic"
    """``semantic``, ``commit`` or ``timestamp``."""
    builder: str = "automatic"
    """``automatic`` (the engine's own) or ``buildx``."""
    git_tag_pattern: str = TAG_PATTERNS[0]
    """What a version's git tag is called: one of the `TAG_PATTERNS`."""
    layer_records_mb: int = 1000
    """Megabytes that what was read of layers may take on this disk."""
    weights_cache_mb: int = 20_000
    """Megabytes that weights of artifacts may take on this disk, which builds take."""
    release_author: str = ""
    """Who is written into release histories; empty: the system's user."""
    keep_rule: KeepRule = field(default_factory=KeepRule)
    """Which versions the clean-up leaves out."""
    keep_rules: Mapping[str, KeepRule] = field(default_factory=dict)
    """The same for single models, by their names."""
    channel_rules: Mapping[str, ChannelRule] = field(default_factory=lambda: dict(DEFAULT_RULES))
    """What a version must have before it may get a channel, by the channel. Names that are none
    of the program's channels are a person's own."""
    registry_image: str = DEFAULT_REGISTRY_IMAGE
    """What a registry of one's own is made of."""
    gateway_image: str = DEFAULT_GATEWAY_IMAGE
    """What the gateways of deployments are made of: nginx, at best 1.27.4 or newer. Each keeps the
    one it has until its deployment is stopped and started."""
    registries: tuple[KnownRegistry, ...] = ()
    """Those that a person named, in that order; never a password."""
    followed_channels: Mapping[str, str] = field(default_factory=lambda: dict(FOLLOWED_CHANNELS))
    """The channel that deployments of an environment follow: a watch tells when it names another
    version than they run. None for environments that are left out."""
    event_receivers: tuple[EventReceiver, ...] = ()
    """Who is told of releases, in that order; never a secret."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings as read, and a sentence when the file could not be used as it was."""

    settings: Settings
    problem: str = ""


def load(path: Path) -> LoadedSettings:
    """Read `path`. A missing file gives the defaults; a damaged one is kept aside under
    another name and said; single values that can't be fall back to their default."""
    content, problem = read_content(path)
    return LoadedSettings(settings_in(content), problem)


def read_content(path: Path) -> tuple[Mapping[str, object], str]:
    """What is written in `path`, as it is, with the problem of `load` where there is one."""
    try:
        # What is no file might be a pipe that never ends.
        if not stat.S_ISREG(path.stat().st_mode):
            return {}, _kept_aside(path, tr("it is not a file"))
        # Some editors put a mark before what they save.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, ""
    except (OSError, UnicodeDecodeError) as error:
        return {}, _kept_aside(path, str(error))
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:  # not JSON, or a number of too many digits
        return {}, _kept_aside(path, str(error))
    if not isinstance(content, dict):
        return {}, _kept_aside(path, tr("it is not a JSON object"))
    return content, ""


def settings_in(content: Mapping[str, object]) -> Settings:
    """What is written there; each setting that can't be what is written has its default."""
    defaults = Settings()
    known = {f.name: getattr(defaults, f.name) for f in fields(Settings)}
    usable = {
        name: type(default)(content[name])
        for name, default in known.items()
        if name not in _RULES
        and _fits(content.get(name), default)
        and _is_a_choice(name, content[name])
    }
    kept = content.get("keep_rules")
    rules = {name: _rule(given) for name, given in kept.items()} if isinstance(kept, dict) else {}
    return replace(
        defaults,
        **usable,
        keep_rule=_rule(content.get("keep_rule")) or KeepRule(),
        keep_rules={name: rule for name, rule in rules.items() if rule is not None},
        channel_rules=_channel_rules(content.get("channel_rules")),
        registries=read_known(content.get("registries")),
        followed_channels=_followed(content.get("followed_channels")),
        event_receivers=read_receivers(content.get("event_receivers")),
    )


def write_content(path: Path, content: Mapping[str, object]) -> None:
    """Replace `path` in one step, so that a crash leaves the old or the new file whole.
    Raises `SettingsError`."""
    text = json.dumps({**content, "format": FORMAT}, indent=2, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=path.name, suffix=".new", delete=False
        ) as file:
            new = Path(file.name)
            try:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
                file.close()
                new.replace(path)
            except BaseException:
                new.unlink()
                raise
    except OSError as error:
        raise SettingsError(
            tr("The settings could not be saved to {path}.", path=path),
            tr("Check that the folder exists, is yours, and has room."),
            str(error),
        ) from error


def _rule(given: object) -> KeepRule | None:
    """A rule as it was written, None for what can't be one: a rule that keeps less than a person
    meant would be worse than none."""
    if not isinstance(given, dict):
        return None
    newest, days = given.get("newest"), given.get("days")
    if type(newest) is not int or type(days) is not int:
        return None
    if not (1 <= newest <= MOST_VERSIONS and 0 <= days <= MOST_DAYS):
        return None
    return KeepRule(newest, days)


def _channel_rules(given: object) -> dict[str, ChannelRule]:
    """Rules as they were written; what can't be one counts as left out, and where there are none
    the program's own hold: fewer than a person meant would be worse."""
    if not isinstance(given, dict):
        return dict(DEFAULT_RULES)
    found = {name: rule for name, one in given.items() if (rule := _channel_rule(one))}
    for name, rule in DEFAULT_RULES.items():
        if name in given:
            found.setdefault(name, rule)
    return found


def _channel_rule(given: object) -> ChannelRule | None:
    if not isinstance(given, dict):
        return None
    metrics, after, tests = given.get("metrics"), given.get("after"), given.get("tests")
    if type(metrics) is not bool or type(after) is not str or type(tests) is not bool:
        return None
    return ChannelRule(metrics, after, tests)


def _followed(given: object) -> dict[str, str]:
    """Channels by environments as they were written; the defaults where that can't be."""
    if not isinstance(given, dict):
        return dict(FOLLOWED_CHANNELS)
    return {name: one for name, one in given.items() if isinstance(one, str) and one}


def _fits(value: object, default: object) -> bool:
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is type(default)


def _is_a_choice(name: str, value: object) -> bool:
    if isinstance(value, int | float):
        least, most = RANGES[name]
        return least <= value <= most
    return name not in CHOICES or value in CHOICES[name]


def _kept_aside(path: Path, reason: str) -> str:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    try:
        path.replace(aside)
    except OSError:
        return tr(
            "The settings file {path} could not be read ({reason}); defaults are used.",
            reason=reason,
            path=path,
        )
    return tr(
        "The settings file could not be read ({reason}); defaults are used and it was kept as "
        "{path}.",
        reason=reason,
        path=aside,
    )
