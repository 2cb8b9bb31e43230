"""What the API answers, to whom."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.core.access.failures import MOST_FAILURES
from modeldesk.core.access.model import Grant, Role
from modeldesk.core.errors import RecordsError, RegistryDenied
from tests.unit.adapters.rest.api import LIMITS, Api
from tests.unit.core.hub.hubs import weights

REC = "/v1/models/team/rec/-"
FILE = f"{REC}/versions/v1/files/weights/0.bin"
CONTENT = bytes(range(256)) * 1000
JSON = {"Content-Type": "application/json"}
BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def rec(api: Api) -> Api:
    api.desk.add("team/rec", "v1", CONTENT, accuracy=0.9)
    return api


@pytest.fixture
def open_api(tmp_path: Path) -> Iterator[Api]:
    made = Api(tmp_path, open=True)
    yield made
    made.close()


class TestAccess:
    def test_nobody_gets_in_without_a_token(self, rec: Api) -> None:
        answer = rec.ask("GET", "/v1/models")
        assert (answer.status, answer.kind) == (401, "not-signed-in")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert rec.ask("GET", "/v1/health").status == 200

    @pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "bearer x y", "mdt_"])
    def test_nor_with_another_header(self, rec: Api, header: str) -> None:
        answer = rec.ask("GET", "/v1/models", headers={"Authorization": header})
        assert answer.status == 401

    def test_whoever_tries_too_often_waits(self, rec: Api) -> None:
        good = rec.token()
        for _ in range(MOST_FAILURES):
            assert rec.ask("GET", "/v1/models", "mdt_x").status == 401
        answer = rec.ask("GET", "/v1/models", good)
        assert (answer.status, answer.headers["retry-after"]) == (429, "61")
        rec.desk.seconds += 60
        assert rec.ask("GET", "/v1/models", good).status == 200

    def test_models_of_others_are_not_seen(self, rec: Api) -> None:
        rec.desk.add("other/secret", "v1", accuracy=0.99)
        token = rec.token(Grant(Role.READ, "team/*"))
        assert rec.ask("GET", "/v1/models", token).json["models"] == [{"model": "team/rec"}]
        hits = rec.ask("GET", "/v1/search?query=accuracy%3E0", token).json
        assert (hits["total"], hits["hits"][0]["version"]["model"]) == (1, "team/rec")
        there = rec.ask("GET", "/v1/models/other/secret/-/versions", token)
        not_there = rec.ask("GET", "/v1/models/other/none/-/versions", token)
        assert (there.status, not_there.status) == (403, 403)

    @pytest.mark.parametrize(
        ("method", "path", "needs"),
        [
            ("GET", f"{REC}/versions", {Role.READ}),
            ("GET", FILE, {Role.READ}),
            ("PUT", f"{REC}/versions/v9?file=a.safetensors", {Role.PUBLISH}),
            ("PATCH", f"{REC}/versions/v1/metadata", {Role.PUBLISH}),
            ("PUT", f"{REC}/channels/candidate", {Role.PROMOTE}),
            ("DELETE", f"{REC}/channels/candidate", {Role.PROMOTE}),
            ("GET", "/v1/audit", {Role.ADMINISTER}),
        ],
    )
    @pytest.mark.parametrize("role", Role)
    def test_each_thing_needs_its_role(
        self, rec: Api, method: str, path: str, needs: set[Role], role: Role
    ) -> None:
        answer = rec.ask(method, path, rec.token(Grant(role)), headers=BYTES)
        may = role in needs or role is Role.ADMINISTER or needs == {Role.READ}
        assert (answer.status != 403) is may, answer.content
        if not may:
            assert rec.access.audit(1)[0].outcome.value == "denied"

    def test_an_open_server_is_for_this_machine(self, open_api: Api) -> None:
        assert open_api.ask("GET", "/v1/models").status == 200
        answer = open_api.ask("GET", "/v1/models", headers={"Host": "evil.example"})
        assert (answer.status, answer.kind) == (403, "not-this-machine")

    def test_no_page_of_another_site_may_read(self, rec: Api) -> None:
        answer = rec.ask("GET", "/v1/health", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers
        assert rec.ask("OPTIONS", "/v1/models").status == 405

    def test_nothing_is_done_that_cant_be_written_down(
        self, rec: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = rec.token()
        body = {"version": "v1"}
        monkeypatch.setattr(rec.records, "add_audit", _failing)
        answer = rec.ask(
            "PUT", f"{REC}/channels/candidate", token, headers={"If-None-Match": "*"}, json=body
        )
        assert answer.status == 503
        assert "candidate" not in rec.desk.registry.kept["team/rec"].tags


def _failing(*_: object) -> int:
    raise RecordsError("full")


class TestDownload:
    def test_a_file_comes_whole(self, rec: Api) -> None:
        answer = rec.ask("GET", FILE, rec.token())
        assert (answer.status, answer.content) == (200, CONTENT)
        assert answer.headers["content-length"] == str(len(CONTENT))
        (line,) = rec.access.audit(1)
        assert (line.act.value, line.outcome.value) == ("download", "done")
        assert line.subject == "v1/weights/0.bin"

    @pytest.mark.parametrize(
        ("header", "first", "last"),
        [
            ("bytes=0-0", 0, 0),
            ("bytes=70000-140000", 70_000, 140_000),
            ("bytes=-5", 255_995, 255_999),
        ],
    )
    def test_a_part_of_it(self, rec: Api, header: str, first: int, last: int) -> None:
        answer = rec.ask("GET", FILE, rec.token(), headers={"Range": header})
        assert (answer.status, answer.content) == (206, CONTENT[first : last + 1])
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"

    def test_no_such_part(self, rec: Api) -> None:
        answer = rec.ask("GET", FILE, rec.token(), headers={"Range": "bytes=256000-"})
        assert (answer.status, answer.headers["content-range"]) == (416, "bytes */256000")

    def test_what_is_there_is_not_sent_again(self, rec: Api) -> None:
        tag = rec.ask("HEAD", FILE, rec.token()).headers["etag"]
        answer = rec.ask("GET", FILE, rec.token(), headers={"If-None-Match": f'"x", {tag}'})
        assert (answer.status, answer.content) == (304, b"")

    def test_a_part_of_another_file_is_not_sent(self, rec: Api) -> None:
        headers = {"Range": "bytes=0-3", "If-Range": '"other"'}
        assert rec.ask("GET", FILE, rec.token(), headers=headers).status == 200

    def test_what_it_is_costs_nothing_to_ask(self, rec: Api) -> None:
        answer = rec.ask("HEAD", FILE, rec.token())
        assert (answer.status, answer.content) == (200, b"")
        assert answer.headers["content-length"] == str(len(CONTENT))
        assert rec.desk.registry.asked["blob"] == 0

    def test_a_registry_that_lies_is_cut_off(
        self, rec: Api, caplog: pytest.LogCaptureFixture
    ) -> None:
        digest = rec.ask("GET", f"{REC}/versions/v1", rec.token()).json["files"][0]["digest"]
        rec.desk.registry.damaged.add(digest)
        with caplog.at_level("CRITICAL"), pytest.raises(AssertionError):
            # httpx holds that an answer comes to its end.
            rec.ask("GET", FILE, rec.token())
        assert rec.access.audit(1)[0].outcome.value == "failed"

    def test_an_image_has_no_files(self, rec: Api) -> None:
        rec.desk.registry.add_image("team/image", "v1", [b"layer"], {"config": {}})
        answer = rec.ask("GET", "/v1/models/team/image/-/versions/v1/files/x", rec.token())
        assert answer.status == 404
        assert "docker pull" in answer.json["hint"]

    @pytest.mark.parametrize("path", ["..%2F..%2Fetc%2Fpasswd", "../../etc/passwd", "%00", "none"])
    def test_there_is_nothing_else_to_be_had(self, rec: Api, path: str) -> None:
        answer = rec.ask("GET", f"{REC}/versions/v1/files/{path}", rec.token())
        assert answer.status in (400, 404)


class TestUpload:
    def test_a_version_is_published(self, rec: Api) -> None:
        path = f"{REC}/versions/v2.0.0?file=model.safetensors&metadata=%7B%22accuracy%22%3A0.95%7D"
        token = rec.token()
        answer = rec.ask("PUT", path, token, headers=BYTES, content=weights(1))
        assert answer.status == 201, answer.content
        assert answer.json["new"] is True
        again = rec.ask("PUT", path, token, headers=BYTES, content=weights(1))
        assert (again.status, again.json["digest"]) == (200, answer.json["digest"])
        found = rec.ask("GET", answer.headers["location"], token).json
        assert found["values"] == {"metric.accuracy": 0.95}
        assert found["version"]["digest"] == answer.json["digest"]
        taken = rec.ask("PUT", path, token, headers=BYTES, content=weights(2))
        assert (taken.status, taken.kind) == (409, "version-taken")

    def test_the_next_one_is_named(self, rec: Api) -> None:
        token = rec.token()
        path = f"{REC}/versions?file=model.safetensors"
        answer = rec.ask("POST", path, token, headers=BYTES, content=weights(1))
        assert answer.status == 201
        assert answer.json["version"] not in ("", "v1")

    def test_more_than_is_taken_is_refused(self, rec: Api) -> None:
        path = f"{REC}/versions/v2.0.0?file=model.safetensors"
        content = bytes(LIMITS.upload_bytes + 1)
        answer = rec.ask("PUT", path, rec.token(), headers=BYTES, content=content)
        assert (answer.status, answer.kind) == (413, "too-large")
        assert rec.desk.registry.sent == 0

    @pytest.mark.parametrize(
        ("query", "headers", "status"),
        [
            ("", BYTES, 400),
            ("?file=..%2Fx.safetensors", BYTES, 400),
            ("?file=a.safetensors", {"Content-Type": "text/html"}, 415),
            ("?file=a.safetensors", {"Content-Type": "application/x-tar"}, 400),
            ("?file=a.safetensors&metadata=%5B%5D", BYTES, 400),
            ("?file=a.safetensors&metadata=%7B", BYTES, 400),
            ("?file=a.safetensors&more=1", BYTES, 400),
            ("?file=a.safetensors&file=b.safetensors", BYTES, 400),
        ],
    )
    def test_what_cant_be_is_said_before_anything_is_sent(
        self, rec: Api, query: str, headers: dict[str, str], status: int
    ) -> None:
        path = f"{REC}/versions/v2.0.0{query}"
        answer = rec.ask("PUT", path, rec.token(), headers=headers, content=weights(1))
        assert answer.status == status
        assert [one.act.value for one in rec.access.audit(10)] == []

    @pytest.mark.parametrize("version", ["latest", "stable", "v1.04.0", "a+b", ".x"])
    def test_nor_can_everything_be_a_version(self, rec: Api, version: str) -> None:
        path = f"{REC}/versions/{version}?file=model.safetensors"
        answer = rec.ask("PUT", path, rec.token(), headers=BYTES, content=weights(1))
        assert answer.status == 400


class TestChannels:
    def test_one_is_moved_where_it_was_seen(self, rec: Api) -> None:
        token = rec.token()
        path = f"{REC}/channels/candidate"
        body = {"version": "v1", "why": "looks good"}
        seen = rec.ask("GET", path, token)
        assert (seen.headers["etag"], seen.json["digest"]) == ('"none"', "")
        assert rec.ask("PUT", path, token, json=body).status == 428
        moved = rec.ask("PUT", path, token, headers={"If-Match": '"none"'}, json=body)
        assert (moved.status, moved.json["moved"]) == (200, True)
        late = rec.ask("PUT", path, token, headers={"If-Match": '"none"'}, json=body)
        assert (late.status, late.kind) == (412, "moved-meanwhile")
        tag = moved.headers["etag"]
        assert tag == rec.ask("GET", path, token).headers["etag"]
        again = rec.ask("PUT", path, token, headers={"If-Match": tag}, json=body)
        assert (again.status, again.json["moved"]) == (200, False)
        (line,) = rec.ask("GET", f"{path}/history", token).json["moves"]
        assert (line["who"], line["why"], line["to"]) == ("ci", "looks good", "v1")

    def test_only_who_administers_overrules(self, rec: Api) -> None:
        rec.desk.add("team/rec", "v2")
        path, headers = f"{REC}/channels/stable", {"If-None-Match": "*"}
        body = {"version": "v2", "why": "urgent", "override": True}
        promoter = rec.token(Grant(Role.PROMOTE))
        plain = rec.ask(
            "PUT", path, promoter, headers=headers, json={"version": "v2", "why": "urgent"}
        )
        assert (plain.status, plain.kind) == (409, "rule-broken")
        assert rec.ask("PUT", path, promoter, headers=headers, json=body).status == 403
        assert rec.ask("PUT", path, rec.token(), headers=headers, json=body).status == 200
        assert rec.access.audit(1)[0].detail == "metrics, after"

    def test_one_is_taken_off(self, rec: Api) -> None:
        token, path = rec.token(), f"{REC}/channels/candidate"
        body = {"version": "v1"}
        tag = rec.ask("PUT", path, token, headers={"If-None-Match": "*"}, json=body).headers["etag"]
        assert rec.ask("DELETE", path, token, headers={"If-Match": '"other"'}).status == 412
        gone = rec.ask("DELETE", path, token, headers={"If-Match": tag})
        assert (gone.status, gone.headers["etag"]) == (200, '"none"')

    def test_a_registry_that_deletes_nothing_is_told(self, rec: Api) -> None:
        token, path = rec.token(), f"{REC}/channels/candidate"
        body = {"version": "v1"}
        tag = rec.ask("PUT", path, token, headers={"If-None-Match": "*"}, json=body).headers["etag"]
        rec.desk.registry.errors["delete_manifest"] = [RegistryDenied("no deleting")] * 3
        answer = rec.ask("DELETE", path, token, headers={"If-Match": tag})
        assert (answer.status, answer.kind) == (502, "registry-denied")
        assert rec.ask("GET", path, token).headers["etag"] == tag

    def test_versions_are_deprecated_each_for_itself(self, rec: Api) -> None:
        token, path = rec.token(), f"{REC}/channels/deprecated"
        assert rec.ask("PUT", path, token, json={"version": "v1"}).status == 200
        assert rec.ask("GET", path, token).json["versions"] == ["v1"]
        assert rec.ask("DELETE", path, token).status == 404
        assert rec.ask("DELETE", f"{path}?version=v1", token).status == 200
        assert rec.ask("GET", path, token).json["versions"] == []


class TestMetadata:
    def test_it_is_set_and_unset(self, rec: Api) -> None:
        token, path = rec.token(), f"{REC}/versions/v1/metadata"
        change = {"set": {"accuracy": 0.93, "tag.owner": "mei"}, "why": "measured again"}
        assert rec.ask("PATCH", path, token, json=change).status == 200
        found = rec.ask("PATCH", path, token, json={"unset": ["tag.owner"]}).json
        assert found["values"] == {"metric.accuracy": 0.93}
        assert [one["why"] for one in found["history"]] == ["", "measured again"]
        hits = rec.ask("GET", "/v1/search?query=accuracy%3D0.93", token).json
        assert hits["total"] == 1

    def test_what_looks_like_a_secret_is_in_no_answer(self, rec: Api) -> None:
        token, path = rec.token(), f"{REC}/versions/v1/metadata"
        change = {"set": {"param.api_key": "sk-very-secret-value"}}
        answer = rec.ask("PATCH", path, token, json=change)
        assert b"very-secret" not in answer.content
        assert b"very-secret" not in rec.ask("GET", "/v1/search", token).content

    @pytest.mark.parametrize(
        "content",
        [b"", b"[]", b"{", b'{"set": 1}', b'{"nothing": 1}', b'{"set": {"accuracy": NaN}}',
         b'{"set": {"accuracy": []}}', b'{"unset": ["nonsense.x"]}', b"[" * 5000,
         b'{"why": "\\ud800"}', b'{"set": {"accuracy": 1' + b"0" * 5000 + b"}}"],
    )  # fmt: skip
    def test_what_is_no_change_is_refused(self, rec: Api, content: bytes) -> None:
        path = f"{REC}/versions/v1/metadata"
        answer = rec.ask("PATCH", path, rec.token(), headers=JSON, content=content)
        assert answer.status == 400, answer.content
        assert answer.json["detail"]


class TestSearch:
    def test_an_error_names_its_column(self, rec: Api) -> None:
        answer = rec.ask("GET", "/v1/search?query=accuracy%20%3E%3D", rec.token())
        assert (answer.status, answer.json["column"]) == (400, 10)

    def test_pages_lead_to_the_next(self, rec: Api) -> None:
        for number in range(4):
            rec.desk.add("team/rec", f"v{number + 2}", accuracy=0.5 + number / 10)
        token = rec.token()
        first = rec.ask("GET", "/v1/search?sort=accuracy&limit=3", token).json
        assert (first["total"], first["next"]) == (5, 3)
        found = [one["metrics"]["accuracy"] for one in first["hits"]]
        assert found == sorted(found, reverse=True)
        rest = rec.ask("GET", "/v1/search?sort=accuracy&limit=3&offset=3", token).json
        assert (len(rest["hits"]), rest["next"]) == (2, None)


class TestLimits:
    def test_as_many_are_served_as_can_be(self, rec: Api) -> None:
        token = rec.token()
        with rec.workers.under_way(), rec.workers.under_way():
            assert rec.ask("GET", "/v1/models", token).status == 200
            with rec.workers.under_way(), rec.workers.under_way():
                answer = rec.ask("GET", "/v1/models", token)
        assert (answer.status, answer.kind) == (503, "busy")
        assert "retry-after" in answer.headers

    def test_a_server_that_ends_takes_nothing_new(self, rec: Api) -> None:
        token = rec.token()
        rec.workers.cancel_all()
        assert rec.ask("GET", "/v1/models", token).status == 503

    def test_a_registry_that_takes_too_long_is_told(self, tmp_path: Path) -> None:
        api = Api(tmp_path, limits=replace(LIMITS, answer_s=0.05))

        def wait(*_: str) -> None:
            for _turn in range(100):
                if api.workers._under_way and all(one.cancelled for one in api.workers._under_way):
                    break
                next(iter(api.workers._under_way)).wait(0.05)

        api.desk.add("team/rec", "v1")
        token = api.token()
        api.desk.registry.before = wait
        answer = api.ask("GET", f"{REC}/versions", token)
        api.close()
        assert (answer.status, answer.kind) == (504, "took-too-long")

    def test_a_registry_that_is_away_is_told(self, rec: Api) -> None:
        rec.desk.registry.is_away = True
        answer = rec.ask("GET", f"{REC}/versions", rec.token())
        assert (answer.status, answer.kind) == (503, "registry-unavailable")
        assert rec.ask("GET", "/v1/health").status == 503
        assert answer.headers["retry-after"] == "5"

    def test_a_bug_says_nothing_of_itself(self, rec: Api, caplog: pytest.LogCaptureFixture) -> None:
        def bug(*_: str) -> None:
            raise ZeroDivisionError("with something private")

        token = rec.token()
        rec.desk.registry.before = bug
        with caplog.at_level("CRITICAL"):
            answer = rec.ask("GET", f"{REC}/versions", token)
        assert (answer.status, answer.kind) == (500, "bug")
        assert b"private" not in answer.content

    def test_what_is_not_there_is_said_so(self, rec: Api) -> None:
        answer = rec.ask("GET", "/v2/")
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
        answer = rec.ask("POST", "/v1/health")
        assert (answer.status, answer.kind) == (405, "method-not-allowed")
        assert rec.ask("GET", "/v1/models/", rec.token()).status == 404
