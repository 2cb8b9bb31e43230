"""Tokens given out, known again, and what was done written down."""

from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.core.access.audit import Act, Outcome
from modeldesk.core.access.failures import MOST_FAILURES, Failures
from modeldesk.core.access.model import OPEN_CALLER, Caller, Grant, Role
from modeldesk.core.access.secrets import make_secret
from modeldesk.core.access.service import Access, Asker
from modeldesk.core.errors import (
    Cancelled,
    InvalidInput,
    NotAllowed,
    NotSignedIn,
    RecordsError,
    TooManyFailures,
)
from tests.fakes.access_records import FakeAccessRecords

HERE = "192.0.2.7"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 4, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Desk:
    def __init__(self) -> None:
        self.records = FakeAccessRecords()
        self.clock = Clock()
        self.seconds = 0.0
        self.access = Access(self.records, self.records, Failures(lambda: self.seconds), self.clock)

    def token(self, *grants: Grant, lasts: timedelta | None = None) -> str:
        return self.access.add("ci", grants or (Grant(Role.READ),), lasts)[1]

    def asker(self, *grants: Grant) -> Asker:
        return Asker(Caller("ci", grants, "0123456789ab"), HERE)

    def outcomes(self) -> list[tuple[Act, Outcome, str]]:
        return [(one.act, one.outcome, one.detail) for one in self.access.audit(100)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_whoever_has_the_token_is_known_by_it(desk: Desk) -> None:
    grants = (Grant(Role.PUBLISH, "team/*"),)
    caller = desk.access.who(desk.token(*grants), HERE)
    assert (caller.name, caller.grants) == ("ci", grants)
    assert desk.outcomes() == []


def test_what_is_kept_has_no_secret_in_it(desk: Desk) -> None:
    text = desk.token()
    secret = text.rpartition("_")[2]
    assert secret not in repr(desk.records.tokens())


@pytest.mark.parametrize(
    "given",
    ["", "mdt_", "x" * 5000, make_secret().text],
    ids=["nothing", "a beginning", "long", "of somewhere else"],
)
def test_others_are_not(desk: Desk, given: str) -> None:
    desk.token()
    with pytest.raises(NotSignedIn):
        desk.access.who(given, HERE)


def test_nor_is_the_right_id_with_another_secret(desk: Desk) -> None:
    text = desk.token()
    other = desk.token()
    forged = text[:17] + other[17:]
    with pytest.raises(NotSignedIn, match="not known"):
        desk.access.who(forged, HERE)
    (line,) = desk.access.audit(10)
    assert (line.who, line.token, line.act, line.outcome) == (
        "",
        "",
        Act.SIGN_IN,
        Outcome.DENIED,
    )
    assert other[17:] not in repr(line)


def test_a_token_ends_with_its_time(desk: Desk) -> None:
    text = desk.token(lasts=timedelta(days=1))
    desk.clock.now += timedelta(days=1) - timedelta(seconds=1)
    desk.access.who(text, HERE)
    desk.clock.now += timedelta(seconds=1)
    with pytest.raises(NotSignedIn, match="expired or revoked"):
        desk.access.who(text, HERE)


@pytest.mark.parametrize("by_name", [True, False])
def test_a_token_ends_when_it_is_revoked(desk: Desk, by_name: bool) -> None:
    token, text = desk.access.add("ci", [Grant(Role.READ)])
    (gone,) = desk.access.revoke("ci" if by_name else token.id)
    assert gone.revoked is not None
    with pytest.raises(NotSignedIn):
        desk.access.who(text, HERE)
    with pytest.raises(InvalidInput):
        desk.access.revoke("ci")


def test_whoever_fails_too_often_is_not_heard_with_the_right_token_either(desk: Desk) -> None:
    text = desk.token()
    for _ in range(MOST_FAILURES):
        with pytest.raises(NotSignedIn):
            desk.access.who(make_secret().text, HERE)
    with pytest.raises(TooManyFailures) as caught:
        desk.access.who(text, HERE)
    assert 0 < caught.value.wait_s <= 60
    desk.access.who(text, "192.0.2.8")
    assert len(desk.outcomes()) == MOST_FAILURES
    desk.seconds += 60
    desk.access.who(text, HERE)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb", "a\x1b[0m"])
def test_a_token_has_a_name_that_can_be_told(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidInput):
        desk.access.add(name, [Grant(Role.READ)])


def test_a_token_is_for_something(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="of no use"):
        desk.access.add("ci", [])
    with pytest.raises(InvalidInput, match="no model"):
        desk.access.add("ci", [Grant(Role.READ, "Ä")])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("wanted", Role)
def test_roles_allow_what_they_say(desk: Desk, role: Role, wanted: Role) -> None:
    asker = desk.asker(Grant(role, "team/*"))
    allowed = role is wanted or wanted is Role.READ or role is Role.ADMINISTER
    assert asker.caller.may(wanted, "team/fraud") is allowed
    assert not asker.caller.may(wanted, "other/fraud")
    assert not asker.caller.may_everywhere(wanted)
    assert OPEN_CALLER.may_everywhere(wanted)


def test_what_is_not_allowed_is_written_down(desk: Desk) -> None:
    asker = desk.asker(Grant(Role.PUBLISH, "team/*"))
    desk.access.check(asker, Role.PUBLISH, Act.PUBLISH, "team/a")
    assert desk.outcomes() == []
    with pytest.raises(NotAllowed, match="promote"):
        desk.access.check(asker, Role.PROMOTE, Act.MOVE_CHANNEL, "team/a", "stable")
    with pytest.raises(NotAllowed):
        desk.access.check(asker, Role.PUBLISH, Act.PUBLISH, "")
    assert [one[:2] for one in desk.outcomes()] == [
        (Act.PUBLISH, Outcome.DENIED),
        (Act.MOVE_CHANNEL, Outcome.DENIED),
    ]


def test_what_is_refused_is_refused_where_it_cant_be_written(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.records.failure = RecordsError("full")
    with caplog.at_level("CRITICAL"), pytest.raises(NotAllowed):
        desk.access.check(desk.asker(), Role.READ, Act.LOOK, "team/a")


def test_an_act_is_written_before_and_after(desk: Desk) -> None:
    asker = desk.asker()
    with desk.access.noting(asker, Act.PUBLISH, "team/a", "v1") as noted:
        assert desk.outcomes() == [(Act.PUBLISH, Outcome.BEGUN, "")]
        noted.digest = "sha256:ab"
    (line,) = desk.access.audit(10)
    assert (line.outcome, line.digest, line.who, line.address, line.subject) == (
        Outcome.DONE,
        "sha256:ab",
        "ci",
        HERE,
        "v1",
    )


@pytest.mark.parametrize(
    ("error", "outcome", "detail"),
    [
        (InvalidInput("no good"), Outcome.FAILED, "no good"),
        (Cancelled(), Outcome.CANCELLED, "Cancelled."),
        (GeneratorExit(), Outcome.CANCELLED, ""),
        (ValueError("a bug with something private"), Outcome.FAILED, ""),
    ],
)
def test_so_is_one_that_fails(
    desk: Desk, error: BaseException, outcome: Outcome, detail: str
) -> None:
    with pytest.raises(type(error)), desk.access.noting(desk.asker(), Act.PUBLISH, "team/a"):
        raise error
    assert desk.outcomes() == [(Act.PUBLISH, outcome, detail)]


def test_nothing_is_done_that_cant_be_written(desk: Desk) -> None:
    desk.records.failure = RecordsError("full")
    done = []
    with pytest.raises(RecordsError), desk.access.noting(desk.asker(), Act.PUBLISH, "team/a"):
        done.append(1)
    assert not done
