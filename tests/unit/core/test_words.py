from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.core.words import tr, trn, use_language


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language("en", Path("nowhere"))


def test_values_are_put_into_the_text() -> None:
    assert tr("Port {port} is taken.", port=5000) == "Port 5000 is taken."
    assert tr("100 % of {braces}", braces="{x}") == "100 % of {x}"
    assert tr("a text without values {stays}") == "a text without values {stays}"


def test_one_and_many() -> None:
    assert trn("{count} version", "{count} versions", 1) == "1 version"
    assert trn("{count} version", "{count} versions", 3) == "3 versions"
    assert trn("{count} version", "{count} versions", 12_077) == "12,077 versions"


def test_a_language_without_catalogue_speaks_english(tmp_path: Path) -> None:
    use_language("fr", tmp_path)
    assert tr("Library") == "Library"
