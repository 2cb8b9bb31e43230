"""What goes for tests with an engine, a registry or a network: where a run goes on in several
processes, each has an engine of its own, and a test gets a second try."""

import os

import pytest

from tests.support.engine import OTHER_URLS, URL

_WITH_ENGINE = ("tests/engine/", "tests/end_to_end/")


def pytest_configure() -> None:
    """Each test looks at all there is on its engine, before and after: so those that go on at the
    same time have one each."""
    others = os.environ.get(OTHER_URLS, "").split()
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    if others and number:
        os.environ[URL] = others[number - 1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real parts may falter where the machine has no time for them. What fails twice has failed;
    that something passed at the second try stands in the table of parts."""
    for item in items:
        if item.nodeid.startswith(_WITH_ENGINE):
            item.add_marker(pytest.mark.flaky(reruns=1))
