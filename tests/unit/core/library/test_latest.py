"""Whoever runs what `latest` names is told what that is now."""

import pytest

from modeldesk.core.library.find import find_version
from modeldesk.core.library.latest import latest_warning, only_latest_warning
from modeldesk.core.library.model import Version
from modeldesk.core.library.service import Library
from tests.fakes.engine import FakeEngine
from tests.fakes.records import FakeImageRecords

DIGEST = "sha256:" + "a" * 64


def made(*tags: str, digest: str = "") -> Version:
    engine = FakeEngine()
    engine.add_image(*tags, digests=[digest] if digest else ())
    return find_version(Library(FakeImageRecords()).reload(engine), tags[0])


def test_it_says_the_digest_and_a_name_that_stays() -> None:
    version = made("team/rec:v1.4.0", "team/rec:latest", digest=f"team/rec@{DIGEST}")
    for text in ("team/rec", "team/rec:latest"):
        said = latest_warning(text, version)
        assert f"It is {DIGEST} now" in said
        assert "as team/rec:v1.4.0 it stays" in said
    assert only_latest_warning(version) == ""


def test_without_a_digest_of_a_registry_the_image_id_is_told() -> None:
    version = made("rec:latest")
    said = only_latest_warning(version)
    assert said == latest_warning("rec", version)
    assert f"It is {version.key.image} now" in said


@pytest.mark.parametrize("text", ["team/rec:v1.4.0", "rec", "A b", f"team/rec@{DIGEST}", "other"])
def test_another_name_is_no_matter(text: str) -> None:
    version = made("team/rec:v1.4.0", "team/rec:latest")
    assert latest_warning(text, version) == ""
