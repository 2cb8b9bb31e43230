"""What becomes of events: addressed, sent in order, tried again, given up, sent once more."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from modeldesk.core.canary.model import (
    Phase,
    Rollout,
    RolloutChange,
    RolloutCheck,
    RolloutPlan,
    Verdict,
    VersionNumbers,
    WindowNumbers,
)
from modeldesk.core.errors import AlreadyRunning, EventNotSent, InvalidInput
from modeldesk.core.event_kinds import EventKind
from modeldesk.core.event_receiver import receiver
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.answers import (
    FIRST_PAUSE_S,
    GIVE_UP_AFTER_S,
    LEAST_TRIES,
    LONGEST_ASKED_S,
    LONGEST_PAUSE_S,
    Fate,
    pause_s,
    verdict,
)
from modeldesk.core.release_events.model import CanaryNote, Note
from modeldesk.core.release_events.ports import Posted
from modeldesk.core.release_events.service import standing_text
from modeldesk.core.release_events.signing import signature
from modeldesk.core.releases.model import ReleaseKind, ReleaseState
from tests.unit.core.release_events.bench import (
    DEPLOYMENT,
    HOOK,
    NOW,
    TARGET,
    Bench,
    event,
    note,
)

TOKEN = CancelToken()


def test_whoever_wants_an_event_gets_it() -> None:
    failures = receiver("http://b.lan/", id="bb22", events=("release.failed",))
    bench = Bench(HOOK, failures)
    bench.events.tell(event(1))
    bench.events.tell(event(2, EventKind.RELEASE_FAILED))
    assert bench.events.deliver(HOOK, TOKEN) == 2
    assert bench.events.deliver(failures, TOKEN) == 1
    assert bench.ids() == ["e1", "e2", "e2"]
    assert [one.address for one in bench.poster.got] == [HOOK.address] * 2 + ["http://b.lan/"]


def test_notes_of_the_records_become_events() -> None:
    bench = Bench()
    deploy, back = ReleaseKind.DEPLOY, ReleaseKind.ROLLBACK
    states = [
        (deploy, ReleaseState.RUNNING),
        (deploy, ReleaseState.SUCCEEDED),
        (deploy, ReleaseState.RESTORED),
        (deploy, ReleaseState.FAILED),
        (back, ReleaseState.RUNNING),
        (back, ReleaseState.SUCCEEDED),
        (back, ReleaseState.RESTORED),
        (back, ReleaseState.FAILED),
    ]
    bench.fake.notes += [note(n, *one) for n, one in enumerate(states)] * 30
    assert bench.events.collect() == 240
    assert bench.events.collect() == 0
    bench.events.deliver(HOOK, TOKEN)
    found = [json.loads(one.body) for one in bench.poster.got]
    assert [one["type"].removeprefix("io.modeldesk.") for one in found] == [
        "release.started",
        "release.succeeded",
        "release.restored",
        "release.failed",
        "rollback.started",
        "rollback.succeeded",
        "rollback.restored",
        "rollback.failed",
    ]
    assert [one["id"] for one in found] == [f"n{n}" for n in range(8)]
    data = found[1]["data"]
    assert (data["model"], data["environment"]) == ("team/rec", "production")
    assert (data["release"], data["who"], data["why"]) == (1, "ann", "weekly")
    assert data["version"]["digest"] == "sha256:cd"
    assert data["seconds"] == 9
    assert "seconds" not in found[0]["data"]


def test_a_canary_is_told_of_from_its_beginning_to_its_end() -> None:
    bench = Bench()
    target = replace(TARGET, reference="team/rec:v1.5.0")
    rolling = Rollout(
        0, DEPLOYMENT.key, 0, target, TARGET, RolloutPlan(), "salt", Phase.SCHEDULED, -1, NOW, NOW
    )
    begun = RolloutChange(NOW, Phase.SCHEDULED, -1, 0, "mei", "new data")
    number = bench.rollouts.add_rollout(rolling, begun)
    rolling = replace(rolling, id=number, release=12, phase=Phase.STEP, step=1)
    window = WindowNumbers(0, 300, VersionNumbers(900), VersionNumbers(300, 30))
    check = RolloutCheck(NOW, 1, 2_500, Verdict.FAILED, window)
    bench.rollouts.save_rollout(rolling, check)

    def change(phase: Phase, before: Phase | None, step: int = 1, share: int = 2_500) -> Note:
        known = f"{phase.value}{before}{step}"
        return CanaryNote(known, NOW, number, phase, before, step, share, "", "slow")

    bench.fake.notes = [
        change(Phase.SCHEDULED, None, -1, 0),
        note(12, ReleaseKind.CANARY, ReleaseState.RUNNING),
        note(12, ReleaseKind.CANARY, ReleaseState.ROLLING),
        change(Phase.STEP, Phase.SCHEDULED, 0, 1_000),
        change(Phase.STEP, Phase.STEP),
        change(Phase.PAUSED, Phase.STEP),
        change(Phase.STEP, Phase.PAUSED),
        change(Phase.PROMOTED, Phase.STEP),
        change(Phase.ABORTED, Phase.PROMOTED),
        note(13, ReleaseKind.CANARY, ReleaseState.SUCCEEDED),
        replace(
            note(12, ReleaseKind.CANARY, ReleaseState.ABORTED),
            id="end",
            who="",
            error="10 % failed",
        ),
        replace(note(12, ReleaseKind.CANARY, ReleaseState.ABORTED), id="person"),
    ]
    bench.events.collect()
    bench.events.deliver(HOOK, TOKEN)
    found = [json.loads(one.body) for one in bench.poster.got]
    kinds = [one["type"].removeprefix("io.modeldesk.canary.") for one in found]
    told = ["started", "step", "step", "paused", "resumed", "promoted", "aborted", "aborted"]
    assert kinds == told
    step, ended, by_person = (found[place]["data"] for place in (2, -2, -1))
    assert "automatic" not in step
    assert (ended["automatic"], "who" in ended) == (True, False)
    assert (by_person["automatic"], by_person["who"]) == (False, "ann")
    assert step["version"]["reference"] == "team/rec:v1.5.0"
    assert step["previous"]["reference"] == "team/rec:v1.4.0"
    assert (step["canary"]["step"], step["canary"]["share_percent"]) == (2, 25)
    assert ended["error"] == "10 % failed"
    assert ended["canary"]["numbers"]["canary"]["error_rate"] == 0.1


def test_one_that_is_not_received_holds_up_those_behind_it() -> None:
    bench = Bench()
    for number in range(3):
        bench.events.tell(event(number))
    bench.poster.replies = [Posted(503, text="starting"), EventNotSent("It broke.")]
    assert bench.events.deliver(HOOK, TOKEN) == 0
    assert bench.ids() == ["e0"]
    assert 0 < bench.events.due()[HOOK.id] <= 1.2 * FIRST_PAUSE_S
    assert bench.events.deliver(HOOK, TOKEN) == 0
    assert bench.ids() == ["e0"]
    [standing] = bench.events.standing()
    assert standing_text(standing) == "3 wait. It answered 503: starting."
    bench.now += timedelta(seconds=2)
    bench.events.deliver(HOOK, TOKEN)
    assert bench.events.standing()[0].head is not None
    bench.now += timedelta(seconds=4)
    assert bench.events.deliver(HOOK, TOKEN) == 3
    assert bench.ids() == ["e0", "e0", "e0", "e1", "e2"]
    assert standing_text(bench.events.standing()[0]) == "Nothing waits."


def test_a_refused_one_is_kept_and_the_next_sent() -> None:
    bench = Bench()
    for number in range(3):
        bench.events.tell(event(number))
    bench.poster.replies = [Posted(400, text="too\nlong\x1b[0m"), Posted(302)]
    assert bench.events.deliver(HOOK, TOKEN) == 1
    [standing] = bench.events.standing()
    assert (standing.waiting, standing.given_up) == (0, 2)
    second, first = bench.fake.given_up(HOOK.id)
    assert first.problem == "It refused the event (400: too long�[0m)."
    assert "redirect" in second.problem
    assert bench.events.retry(HOOK) == 2
    assert bench.events.deliver(HOOK, TOKEN) == 2
    assert bench.ids() == ["e0", "e1", "e2", "e0", "e1"]


def test_after_a_day_what_is_as_old_is_given_up_and_the_rest_goes_on() -> None:
    bench = Bench()
    bench.poster.usual = Posted(500)
    for number in range(3):
        bench.events.tell(event(number))
    bench.now += timedelta(seconds=GIVE_UP_AFTER_S)
    bench.events.tell(event(3))
    for tries in range(LEAST_TRIES):
        assert bench.events.standing()[0].waiting == 4, tries
        bench.events.deliver(HOOK, TOKEN)
        bench.now += timedelta(seconds=LONGEST_PAUSE_S * 2)
    [standing] = bench.events.standing()
    assert (standing.waiting, standing.given_up) == (1, 3)
    assert bench.ids() == [*["e0"] * LEAST_TRIES, "e3"]
    assert "3 could not be delivered" in standing_text(standing)


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    bench = Bench()
    bench.events.tell(event(1))
    bench.poster.replies = [Posted(500)]
    bench.events.deliver(HOOK, TOKEN)
    bench.now -= timedelta(days=400)
    assert bench.events.due() == {HOOK.id: 0}


def test_one_program_at_a_time_sends_to_a_receiver() -> None:
    bench = Bench()
    bench.events.tell(event(1))
    with bench.locks.hold(f"events for {HOOK.id}"), pytest.raises(AlreadyRunning):
        bench.events.deliver(HOOK, TOKEN)
    assert bench.events.deliver(HOOK, TOKEN) == 1


def test_secrets_come_from_where_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("whsec_ZmlsZQ==\n")
    monkeypatch.setenv("HOOK_SECRET", "from the environment")
    places = ("keyring", "env:HOOK_SECRET", f"file:{file}")
    for where, secret in zip(
        places, ("kept", "from the environment", "whsec_ZmlsZQ=="), strict=True
    ):
        bench = Bench(replace(HOOK, secret=where))
        bench.events.keep_secret(HOOK, " kept ", TOKEN)
        assert bench.events.test(bench.told[0], TOKEN).fate is Fate.DELIVERED
        [posted] = bench.poster.got
        found = dict(posted.headers)
        assert found["webhook-signature"] == signature(
            found["webhook-id"], found["webhook-timestamp"], posted.body, secret
        )
        assert json.loads(posted.body)["type"] == "io.modeldesk.test"


@pytest.mark.parametrize("where", ["keyring", "env:NOT_SET", "file:/not/there", "file:/dev"])
def test_nothing_is_sent_unsigned_that_should_be_signed(where: str) -> None:
    bench = Bench(replace(HOOK, secret=where))
    with pytest.raises(EventNotSent, match="unsigned"):
        bench.events.test(bench.told[0], TOKEN)
    bench.events.tell(event(1))
    assert bench.events.deliver(bench.told[0], TOKEN) == 0
    assert bench.poster.got == []
    assert "unsigned" in standing_text(bench.events.standing()[0])


def test_a_secret_that_can_be_none_is_refused() -> None:
    bench = Bench()
    for text in ("", "a\nb", "票", "x" * 5000):
        with pytest.raises(InvalidInput):
            bench.events.keep_secret(HOOK, text, TOKEN)
    assert bench.secrets.kept == {}


def test_a_receiver_that_goes_takes_all_with_it() -> None:
    other = receiver("http://b.lan/", id="bb22")
    bench = Bench(replace(HOOK, secret="keyring"), other)
    bench.events.keep_secret(HOOK, "s3cret", TOKEN)
    bench.events.tell(event(1))
    bench.events.forget(bench.told[0], TOKEN)
    assert bench.secrets.kept == {}
    assert bench.fake.head(HOOK.id) is None
    assert bench.fake.head(other.id) is not None


@pytest.mark.parametrize(
    ("posted", "fate", "pause"),
    [
        (Posted(200), Fate.DELIVERED, 0),
        (Posted(202), Fate.DELIVERED, 0),
        (Posted(301), Fate.REFUSED, 0),
        (Posted(401), Fate.REFUSED, 0),
        (Posted(410), Fate.REFUSED, 0),
        (Posted(408), Fate.AGAIN, 0),
        (Posted(429, "30"), Fate.AGAIN, 30),
        (Posted(503, "Sun, 05 Apr 2026 12:01:00 GMT"), Fate.AGAIN, 60),
        (Posted(503, "Sun, 05 Apr 2020 12:01:00 GMT"), Fate.AGAIN, 0),
        (Posted(503, "9999999999999"), Fate.AGAIN, LONGEST_ASKED_S),
        (Posted(500, "soon"), Fate.AGAIN, 0),
        (Posted(500, "-3"), Fate.AGAIN, 0),
    ],
)
def test_what_an_answer_means(posted: Posted, fate: Fate, pause: float) -> None:
    found = verdict(posted, NOW)
    assert (found.fate, found.pause_s) == (fate, pause)


def test_pauses_grow_to_a_limit() -> None:
    assert 0.8 <= pause_s(1) <= 1.2
    assert 6.4 <= pause_s(4) <= 9.6
    assert pause_s(10_000) <= 1.2 * LONGEST_PAUSE_S
    assert pause_s(1, 60) == 60
