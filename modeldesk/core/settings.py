"""What a person may choose, kept in one small JSON file. Secrets never go in here."""

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path

from modeldesk.core.errors import SettingsError
from modeldesk.core.keep_rule import MOST_DAYS, MOST_VERSIONS, KeepRule
from modeldesk.core.words import tr

FORMAT = 1
DEFAULT_BASE_IMAGE = "python:3.11-slim"
CHOICES = {
    "theme": ("system", "light", "dark"),
    "language": ("", "en", "zh_CN"),
    "version_scheme": ("semantic", "commit", "timestamp"),
}
"""What these settings can be; anything else in the file counts as the default."""
LONGEST_NOTIFY_AFTER_S = 3600.0
RANGES = {
    "notify_after_s": (0.0, LONGEST_NOTIFY_AFTER_S),
    "layer_records_mb": (50, 100_000),
}
"""What numbers can be, in the same way."""
_RULES = ("keep_rule", "keep_rules")
"""Settings that are more than a plain value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. Unknown keys of a newer program are kept out, not lost:
    the file is only rewritten when a setting is changed."""

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
    version_scheme: str = "semantic"
    """``semantic``, ``commit`` or ``timestamp``."""
    layer_records_mb: int = 1000
    """Megabytes that what was read of layers may take on this disk."""
    release_author: str = ""
    """Who is written into release histories; empty: the system's user."""
    keep_rule: KeepRule = field(default_factory=KeepRule)
    """Which versions the clean-up leaves out."""
    keep_rules: Mapping[str, KeepRule] = field(default_factory=dict)
    """The same for single models, by their names."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings as read, and a sentence when the file could not be used as it was."""

    settings: Settings
    problem: str = ""


def load(path: Path) -> LoadedSettings:
    """Read `path`. A missing file gives the defaults; a damaged one is kept aside under
    another name and said; single values that can't be fall back to their default."""
    try:
        # What is no file might be a pipe that never ends.
        if not stat.S_ISREG(path.stat().st_mode):
            return LoadedSettings(Settings(), _kept_aside(path, tr("it is not a file")))
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except (OSError, UnicodeDecodeError) as error:
        return LoadedSettings(Settings(), _kept_aside(path, str(error)))
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:  # not JSON, or a number of too many digits
        return LoadedSettings(Settings(), _kept_aside(path, str(error)))
    if not isinstance(content, dict):
        return LoadedSettings(Settings(), _kept_aside(path, tr("it is not a JSON object")))
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
    return LoadedSettings(
        replace(
            defaults,
            **usable,
            keep_rule=_rule(content.get("keep_rule")) or KeepRule(),
            keep_rules={name: rule for name, rule in rules.items() if rule is not None},
        )
    )


def save(path: Path, settings: Settings) -> None:
    """Replace `path` in one step, so that a crash leaves the old or the new file whole.
    Raises `SettingsError`."""
    text = json.dumps({"format": FORMAT, **asdict(settings)}, indent=2, ensure_ascii=False)
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
