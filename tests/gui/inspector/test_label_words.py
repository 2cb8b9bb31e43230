"""Labels that have a meaning are told in words."""

from modeldesk.core.labels import FINGERPRINT_LABEL
from modeldesk.core.versioning.fingerprint import Fingerprint, Part
from modeldesk.ui.inspector.label_words import as_written, in_words


def test_a_fingerprint_is_told_by_its_parts() -> None:
    found = Fingerprint({Part.WEIGHTS: "9f31c0a4" * 8, Part.CODE: "0a1b2c3d" * 8})
    labels = {FINGERPRINT_LABEL: found.label(), "other": "x"}
    assert in_words(labels) == [("Fingerprint", "weights 9f31c0a4 · code 0a1b2c3d")]
    assert as_written(labels) == [("other", "x")]


def test_what_is_no_fingerprint_is_shown_as_it_is_written() -> None:
    labels = {FINGERPRINT_LABEL: "of my own"}
    assert in_words(labels) == []
    assert as_written(labels) == [(FINGERPRINT_LABEL, "of my own")]
