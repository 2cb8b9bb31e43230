"""What goes for tests with real parts, and for runs in several processes: each of those has an
engine of its own, and a test gets a second try."""

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
    """What meets real parts or real time may falter where the machine has no time for it: tests
    with an engine anywhere, and every test of a run in several processes. What fails twice has
    failed; what passed at the second try stands in the summary, and in the table of parts."""
    several = bool(os.environ.get(OTHER_URLS))
    for item in items:
        if several or item.nodeid.startswith(_WITH_ENGINE):
            item.add_marker(pytest.mark.flaky(reruns=1))
