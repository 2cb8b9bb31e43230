"""The registries that are known, for commands that ask of them and change them."""

from dataclasses import replace

from modeldesk.cli.session import Session
from modeldesk.core.registry.known import KnownRegistry


def known_registries(session: Session) -> tuple[KnownRegistry, ...]:
    """As the settings have them."""
    return session.parts.settings.registries


def save_registries(session: Session, registries: tuple[KnownRegistry, ...]) -> None:
    """Keep them, beside what else is in the settings by now. Raises `SettingsError`."""
    parts = session.parts
    after = replace(parts.settings, registries=registries)
    parts.settings = parts.settings_file.change(parts.settings, after)
