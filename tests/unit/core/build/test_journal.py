"""What is kept of a build's events."""

from modeldesk.core.build.journal import BuildJournal
from modeldesk.core.build.model import (
    BuildEvent,
    BuildStep,
    ContextProgress,
    StepChanged,
    StepLog,
    StepState,
)
from modeldesk.core.build.sending import Sending
from modeldesk.core.jobs import Job, Progress

RUN = BuildStep("2", "[2/3] RUN make", StepState.RUNNING)
COPY = BuildStep("3", "[3/3] COPY a /a", StepState.RUNNING)


def test_log_names_the_step_whose_lines_follow() -> None:
    lines: list[str] = []
    reports: list[Progress] = []
    events: list[BuildEvent] = []
    journal = BuildJournal(Job(report=reports.append, log=lines.append), events.append)
    for event in (
        StepChanged(RUN),
        StepLog("2", "one"),
        StepChanged(COPY),
        StepLog("2", "two"),
        StepLog("2", "three"),
        StepLog("3", "copied"),
        StepLog("", "the builder says"),
        StepLog("3", "more"),
    ):
        journal.event(event)
    assert lines == [
        "[2/3] RUN make", "one", "[3/3] COPY a /a", "[2/3] RUN make", "two", "three",
        "[3/3] COPY a /a", "copied", "the builder says", "more",
    ]  # fmt: skip
    assert journal.log == "\n".join(lines)
    assert len(events) == 8
    assert [(one.text, one.done) for one in reports] == [(RUN.name, 0), (COPY.name, 0)]
    assert all(one.fraction is not None and one.fraction < 1 for one in reports)


def test_only_the_instructions_are_counted_as_the_window_does() -> None:
    reports: list[Progress] = []
    journal = BuildJournal(Job(report=reports.append), lambda _: None)
    for step in (
        BuildStep("a", "load build context", StepState.DONE),
        BuildStep("1", "[1/2] FROM x", StepState.DONE),
        BuildStep("2", "[2/2] RUN make", StepState.RUNNING),
    ):
        journal.event(StepChanged(step))
    assert (reports[-1].done, reports[-1].total) == (1, 2)
    assert reports[0].total is None


def test_steps_that_ran_when_the_build_ended_are_in_its_state() -> None:
    events: list[BuildEvent] = []
    journal = BuildJournal(Job(), events.append)
    waiting = BuildStep("4", "[4/4] RUN late", StepState.WAITING)
    done = BuildStep("1", "[1/4] FROM x", StepState.DONE, cached=True)
    for step in (done, RUN, waiting):
        journal.event(StepChanged(step))
    journal.stop(StepState.CANCELLED)
    states = [step.state for step in journal.steps]
    assert states == [StepState.DONE, StepState.CANCELLED, StepState.WAITING]
    assert isinstance(events[-1], StepChanged)
    assert events[-1].step.id == RUN.id
    assert journal.log.startswith("[1/4] FROM x (cached)")


def test_log_is_bounded_and_says_what_went() -> None:
    journal = BuildJournal(Job(), lambda _: None)
    for number in range(6000):
        journal.say(f"line {number}")
    lines = journal.log.splitlines()
    assert lines[0] == "… 1000 earlier lines"
    assert lines[1] == "line 1000"
    assert len(lines) == 5001
    for _ in range(300):
        journal.say("x" * 8000)
    assert len(journal.log) < 1_100_000


def test_sending_is_said_at_once_at_the_end_and_not_too_often() -> None:
    heard: list[ContextProgress] = []
    reports: list[Progress] = []
    sending = Sending(reports.append, heard.append)
    sending.asked(1000 * 4096)
    for _ in range(1000):
        sending.sent(4096)
    sending.finish()
    assert heard[0].sent_bytes == 4096
    assert heard[-1].sent_bytes == heard[-1].total_bytes == reports[-1].done
    assert heard[-1].bytes_per_second > 0
    assert 2 <= len(heard) < 200
