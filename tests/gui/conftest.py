"""What every test of the window shares: one dressed application, without a screen."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from modeldesk import resources
from modeldesk.ui.theme.theme import Theme, ThemeMode


@pytest.fixture(scope="session")
def _dressed_theme(qapp: QApplication) -> Theme:
    theme = Theme(resources.path("icons").parent, ThemeMode.LIGHT)
    theme.apply(qapp)
    return theme


@pytest.fixture
def theme(_dressed_theme: Theme) -> Theme:
    """The theme the application wears, light at the start of every test."""
    _dressed_theme.set_mode(ThemeMode.LIGHT)
    return _dressed_theme
