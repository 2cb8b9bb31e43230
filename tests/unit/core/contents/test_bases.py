"""What an image stands on."""

from modeldesk.core.contents.bases import Base, KnownImage, find_base
from modeldesk.core.labels import BASE_DIGEST_LABEL, BASE_NAME_LABEL
from tests.unit.core.contents.details import detail
from tests.unit.core.layers.histories import diffs

DEBIAN = KnownImage("debian:12", diffs("a"), frozenset({"sha256:debian"}))
PYTHON = KnownImage("python:3.11", diffs("abc"), frozenset({"sha256:python"}))
OTHER = KnownImage("other", diffs("xy"))
ITSELF = KnownImage("itself", diffs("abcde"))
KNOWN = (PYTHON, DEBIAN, OTHER, ITSELF)


def test_the_image_with_the_most_layers_it_begins_with() -> None:
    assert find_base(detail(diffs("abcde")), KNOWN, 1) == Base(3, "python:3.11")
    assert find_base(detail(diffs("ab")), KNOWN, 2) == Base(1, "debian:12")


def test_the_label_decides() -> None:
    told = detail(diffs("abcde"), labels={BASE_DIGEST_LABEL: "sha256:debian"})
    assert find_base(told, KNOWN, 4) == Base(1, "debian:12")

    told = detail(diffs("abcde"), labels={BASE_NAME_LABEL: "debian:12"})
    assert find_base(told, KNOWN, 4) == Base(1, "debian:12")


def test_a_label_for_an_image_that_is_not_known() -> None:
    told = detail(diffs("axy"), labels={BASE_NAME_LABEL: "python:3.12"})

    assert find_base(told, [DEBIAN], 2) == Base(2, "python:3.12")
    assert find_base(told, [DEBIAN], 0) == Base(1, "python:3.12")
    assert find_base(told, [], 2) == Base(2, "python:3.12")


def test_only_the_history_tells() -> None:
    assert find_base(detail(diffs("pqr")), KNOWN, 2) == Base(2)
    assert find_base(detail(diffs("xyz")), [], 0) == Base(0)
