"""Secrets do not come out of what a build says."""

import pytest

from modeldesk.core.build.masking import Mask
from modeldesk.core.build.model import BuildStep, StepChanged, StepLog, StepState
from modeldesk.core.build.secret import Secret
from modeldesk.core.errors import BuildFailed, EngineError


def test_a_value_is_hidden_once_it_was_given_out() -> None:
    secret = Secret(lambda: b"hush-hush")
    mask = Mask([secret], {})
    assert mask.text("hush-hush") == "hush-hush"
    assert secret.reveal() == b"hush-hush"
    assert mask.text("a hush-hush, hush-hush") == "a ••••••, ••••••"


def test_each_line_of_a_key_and_the_longest_first() -> None:
    mask = Mask([Secret(b"-----BEGIN\nabcdef\n\n"), Secret(b"abcdefgh")], {})
    assert mask.text("x abcdef y abcdefgh z -----BEGIN") == "x •••••• y •••••• z ••••••"


def test_what_is_too_short_to_be_one_is_left() -> None:
    assert Mask([Secret(b"a"), Secret(b""), Secret(b"\n")], {}).text("a cat\n") == "a cat\n"


def test_arguments_that_look_secret() -> None:
    mask = Mask([], {"API_TOKEN": "t0ken", "INDEX": "https://me:pass@r.lan", "PYTHON": "3.11"})
    assert mask.text("t0ken 3.11 https://me:pass@r.lan") == "•••••• 3.11 ••••••"


def test_what_an_instruction_itself_gives_away() -> None:
    mask = Mask([], {})
    step = BuildStep(
        "1", "[2/3] RUN curl -H 'Authorization: Bearer s3cret' https://lan/x", StepState.RUNNING
    )
    masked = mask.event(StepChanged(step))
    assert isinstance(masked, StepChanged)
    assert masked.step.name == "[2/3] RUN curl -H 'Authorization: Bearer ••••••' https://lan/x"
    said = mask.event(StepLog("1", "Step 2/3 : ENV API_KEY=s3cret"))
    assert said == StepLog("1", "Step 2/3 : ENV API_KEY=••••••")


def test_events() -> None:
    mask = Mask([Secret(b"hush-hush")], {})
    assert mask.event(StepLog("1", "is hush-hush")) == StepLog("1", "is ••••••")
    step = BuildStep("1", "RUN hush-hush", StepState.FAILED, error="hush-hush!")
    masked = mask.event(StepChanged(step))
    assert isinstance(masked, StepChanged)
    assert (masked.step.name, masked.step.error) == ("RUN ••••••", "••••••!")


def test_errors_and_those_they_came_from() -> None:
    def fail() -> None:
        try:
            raise EngineError("hush-hush", "hush-hush", "hush-hush")
        except EngineError as error:
            raise BuildFailed("of hush-hush", step="RUN hush-hush") from error

    with pytest.raises(BuildFailed) as caught:
        fail()
    Mask([Secret(b"hush-hush")], {}).error(caught.value)
    for error in (caught.value, caught.value.__cause__):
        assert error is not None
        assert "hush" not in f"{error!r} {error} {vars(error)}"


def test_a_value_is_asked_for_once() -> None:
    asked: list[int] = []

    def find() -> bytes:
        asked.append(1)
        return b"x"

    secret = Secret(find)
    assert secret.reveal() + secret.reveal() == b"xx"
    assert asked == [1]
