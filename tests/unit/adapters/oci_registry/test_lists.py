"""Lists of tags as registries send them."""

from collections.abc import Callable

import httpx
import pytest

from modeldesk.adapters.oci_registry import lists as module
from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import Cancelled, NotInRegistry, RegistryError
from modeldesk.core.jobs import CancelToken

Handler = Callable[[httpx.Request], httpx.Response]


def tags(handler: Handler, token: CancelToken | None = None) -> tuple[str, ...]:
    one = RegistryClient("r.lan", lambda _: None, httpx.MockTransport(handler))
    try:
        return one.tags("team/model", token or CancelToken())
    finally:
        one.close()


def whole(*found: object) -> Handler:
    return lambda _: httpx.Response(200, json={"name": "team/model", "tags": list(found)})


def page(link: str, *found: str) -> httpx.Response:
    headers = {"link": f'{link}; rel="next"'} if link else {}
    return httpx.Response(200, json={"tags": list(found)}, headers=headers)


def test_all_at_once_unsorted_twice_and_with_what_is_no_tag() -> None:
    answer = whole("v2", "v1", "v1", 7, None, "../../x", "", "x" * 129, "v1?n=2", "_ok")
    assert tags(answer) == ("_ok", "v1", "v2")


def test_an_empty_repository() -> None:
    assert tags(lambda _: httpx.Response(200, json={"name": "x", "tags": None})) == ()


def test_no_repository() -> None:
    with pytest.raises(NotInRegistry):
        tags(lambda _: httpx.Response(404, json={"errors": [{"code": "NAME_UNKNOWN"}]}))


def test_page_by_page() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        match dict(request.url.params):
            case {"n": "1000"}:
                return page("</v2/team/model/tags/list?last=v2&n=2>", "v1", "v2")
            case {"last": "v2"}:
                # As a registry that does not know that it stands behind a proxy.
                return page("<http://r.lan/v2/team/model/tags/list?last=v4&n=2>", "v4", "v3")
        return page("", "v5")

    assert tags(answer) == ("v1", "v2", "v3", "v4", "v5")
    assert [url.partition("?")[0] for url in asked] == ["https://r.lan/v2/team/model/tags/list"] * 3


@pytest.mark.parametrize(
    "link",
    [
        "<https://thief.lan/v2/team/model/tags/list?last=v1>",
        "<//thief.lan/v2/team/model/tags/list?last=v1>",
        "<https://r.lan:x/?last=v1>",
        "</v2/team/model/tags/list>",
    ],
)
def test_no_other_host_is_asked(link: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "r.lan"
        return page(link, "v1")

    with pytest.raises(RegistryError, match="not an image registry"):
        tags(answer)


def test_a_list_that_leads_back_to_itself() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return page("</v2/team/model/tags/list?last=v1>", "v1")

    with pytest.raises(RegistryError) as caught:
        tags(answer)
    assert "without end" in caught.value.detail


def test_pages_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAGES", 50)
    count = iter(range(1_000_000))

    def answer(_: httpx.Request) -> httpx.Response:
        return page(f"</x?last={next(count)}>")

    with pytest.raises(RegistryError) as caught:
        tags(answer)
    assert "without end" in caught.value.detail
    assert next(count) == 50


def test_more_tags_than_are_read() -> None:
    assert len(tags(whole(*(f"v{n}" for n in range(100_000))))) == 100_000
    with pytest.raises(RegistryError, match="more than 100,000 tags"):
        tags(whole(*(f"v{n}" for n in range(100_001))))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b'{"tags": "v1"}', b'{"tags": {}}', b"{}"]
)
def test_what_is_no_list(content: bytes) -> None:
    with pytest.raises(RegistryError, match="not an image registry"):
        tags(lambda _: httpx.Response(200, content=content))


def test_a_cancel_between_pages() -> None:
    token = CancelToken()

    def answer(_: httpx.Request) -> httpx.Response:
        token.cancel()
        return page("</x?last=v1>", "v1")

    with pytest.raises(Cancelled):
        tags(answer, token)
