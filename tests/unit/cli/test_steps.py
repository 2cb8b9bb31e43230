"""A build as it goes, on standard error."""

from pathlib import Path

import pytest

from modeldesk.cli.session import Session
from modeldesk.cli.steps import StepPrinter
from modeldesk.composition import Parts
from modeldesk.core.build.model import BuildStep, StepChanged, StepState
from modeldesk.paths import Paths


def test_a_cached_step_is_left_to_the_log_which_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hear = StepPrinter(Session(Parts(Paths.under(tmp_path))))
    hear(StepChanged(BuildStep("1", "[1/2] RUN a", StepState.DONE, cached=True)))
    hear(StepChanged(BuildStep("2", "[2/2] RUN b", StepState.DONE)))
    assert capsys.readouterr().err.splitlines() == ["[2/2] RUN b  0.0 s"]
