"""What every `TokenRecords` and `AuditRecords` promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from modeldesk.core.access.audit import Act, AuditEntry, Outcome
from modeldesk.core.access.model import Grant, Role, Token
from modeldesk.core.access.ports import AuditRecords, TokenRecords
from modeldesk.core.ids import ModelName

NOW = datetime(2026, 4, 5, 12, 0, 0, 123456, tzinfo=UTC)
TOKEN = Token(
    "0123456789ab",
    "ci · 票据",
    (Grant(Role.PUBLISH, "team/*"), Grant(Role.READ)),
    NOW,
    b"\0salt",
    b"\xffhash",
    NOW + timedelta(days=30),
)
ENTRY = AuditEntry(
    NOW,
    "ci",
    "0123456789ab",
    "192.0.2.7",
    Act.PUBLISH,
    ModelName("team/rec"),
    "v1.0.0",
    Outcome.BEGUN,
)
KEPT = 5


class Records(TokenRecords, AuditRecords, Protocol):
    """Both, as one adapter has them."""


class AccessRecordsContract:
    @pytest.fixture
    def records(self) -> Records:
        """That keep `KEPT` lines of the audit log."""
        raise NotImplementedError

    def test_a_token_comes_back_as_it_was(self, records: Records) -> None:
        records.add_token(TOKEN)
        assert records.token(TOKEN.id) == TOKEN
        assert records.tokens() == (TOKEN,)
        assert records.token("ba9876543210") is None

    def test_so_does_one_with_next_to_nothing(self, records: Records) -> None:
        bare = replace(TOKEN, grants=(), expires=None)
        records.add_token(bare)
        assert records.token(bare.id) == bare

    def test_they_are_told_oldest_first(self, records: Records) -> None:
        late = replace(TOKEN, id="000000000000", created=NOW + timedelta(seconds=1))
        for one in (late, TOKEN):
            records.add_token(one)
        assert records.tokens() == (TOKEN, late)

    def test_one_is_revoked_once(self, records: Records) -> None:
        records.add_token(TOKEN)
        assert records.revoke_token(TOKEN.id, NOW)
        assert not records.revoke_token(TOKEN.id, NOW + timedelta(days=1))
        assert not records.revoke_token("ba9876543210", NOW)
        assert records.token(TOKEN.id) == replace(TOKEN, revoked=NOW)

    def test_a_line_is_begun_and_finished(self, records: Records) -> None:
        number = records.add_audit(ENTRY)
        assert records.audit(10) == (replace(ENTRY, id=number),)
        records.finish_audit(number, Outcome.DONE, "sha256:ab", "fine · 好")
        done = replace(
            ENTRY, id=number, outcome=Outcome.DONE, digest="sha256:ab", detail="fine · 好"
        )
        assert records.audit(10) == (done,)
        records.finish_audit(number + 1, Outcome.FAILED, "", "")
        assert records.audit(10) == (done,)

    def test_lines_are_told_newest_first_and_in_pages(self, records: Records) -> None:
        ids = [records.add_audit(replace(ENTRY, subject=f"v{i}")) for i in range(4)]
        assert [one.id for one in records.audit(3)] == ids[:0:-1]
        assert [one.id for one in records.audit(3, before=ids[1])] == ids[:1]
        assert [one.subject for one in records.audit(1)] == ["v3"]

    def test_the_oldest_lines_go(self, records: Records) -> None:
        ids = [records.add_audit(ENTRY) for _ in range(KEPT + 2)]
        assert [one.id for one in records.audit(100)] == ids[:1:-1]

    def test_threads_get_lines_of_their_own(self, records: Records) -> None:
        with ThreadPoolExecutor(4) as pool:
            ids = list(pool.map(lambda _: records.add_audit(ENTRY), range(20)))
        assert len(set(ids)) == 20
