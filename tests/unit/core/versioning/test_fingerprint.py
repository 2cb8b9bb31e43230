import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.versioning.fingerprint import (
    Fingerprint,
    Part,
    changed_parts,
    named_parts,
    read_fingerprint,
    step_for,
)
from modeldesk.core.versioning.proposals import Step

digests = st.text("0123456789abcdef", min_size=64, max_size=64)
fingerprints = st.dictionaries(st.sampled_from(Part), digests, min_size=1).map(Fingerprint)


@given(fingerprints)
def test_a_label_says_it_all(fingerprint: Fingerprint) -> None:
    assert read_fingerprint(fingerprint.label()) == fingerprint
    assert changed_parts(fingerprint, fingerprint) == ()


@given(st.one_of(st.text(), st.recursive(st.text(), st.lists).map(json.dumps)))
def test_other_texts_are_no_fingerprint(label: str) -> None:
    assert read_fingerprint(label) is None


@pytest.mark.parametrize(
    "label",
    ['{"weights": 3}', '{"weights": "xyz"}', "[" * 4000, "{}", '{"weights": "' + "a" * 5000],
)
def test_hostile_labels(label: str) -> None:
    assert read_fingerprint(label) is None


def test_parts_that_are_not_known_here_are_left_out() -> None:
    found = read_fingerprint(json.dumps({"weights": "a" * 64, "quantisation": "b" * 64}))
    assert found == Fingerprint({Part.WEIGHTS: "a" * 64})


def test_only_what_both_tell_of_can_have_changed() -> None:
    before = Fingerprint({Part.CODE: "a" * 64, Part.WEIGHTS: "a" * 64})
    after = Fingerprint({Part.WEIGHTS: "b" * 64, Part.DATA: "b" * 64})
    assert changed_parts(before, after) == (Part.WEIGHTS,)


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({Part.FRAMEWORK, Part.CODE}, Step.MAJOR),
        ({Part.INTERFACE}, Step.MAJOR),
        ({Part.WEIGHTS, Part.CODE}, Step.MINOR),
        ({Part.DEPENDENCIES}, Step.MINOR),
        ({Part.BASE, Part.RECIPE}, Step.MINOR),
        ({Part.DATA}, Step.MINOR),
        ({Part.CODE}, Step.PATCH),
        ({Part.RECIPE, Part.DOCUMENTS}, Step.PATCH),
        (set(), Step.PATCH),
    ],
)
def test_how_far_a_change_goes(changed: set[Part], step: Step) -> None:
    assert step_for(changed) is step


def test_parts_in_a_sentence() -> None:
    assert named_parts([]) == ""
    assert named_parts([Part.CODE]) == "the code"
    assert (
        named_parts([Part.CODE, Part.WEIGHTS, Part.BASE])
        == "the weights, the base image and the code"
    )
