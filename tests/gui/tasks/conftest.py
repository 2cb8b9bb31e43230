"""What the tests of the tasks share."""

import pytest
from PySide6.QtCore import QObject

from modeldesk.ui.tasks.runner import TaskRunner


@pytest.fixture
def owner(tasks: TaskRunner) -> QObject:
    return QObject()
