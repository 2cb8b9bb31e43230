"""All that a registry has, read at once; and nothing of it read again."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import (
    Cancelled,
    NotInRegistry,
    RegistryBusy,
    RegistryDenied,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.remote_model import (
    BrowsedRegistry,
    KnownRepository,
    RemoteVersion,
    RemoteVersions,
)
from tests.unit.adapters.oci_registry.registry import MemoryRegistry
from tests.unit.adapters.oci_registry.test_versions import STEPS, reader_of


class Site:
    """A registry of several repositories."""

    def __init__(self, *names: str) -> None:
        self.repositories = {name: MemoryRegistry() for name in names}
        self.status = dict.fromkeys(names, 0)
        """With which a repository is answered where it is not 0."""
        self.catalog = 200
        self.breaks: set[str] = set()
        """Repositories in which connections break."""
        self.pause = 0.0
        self.most = 0
        self._under_way = 0
        self._lock = threading.Lock()

    def client(self, registry: str = "r.lan") -> RegistryClient:
        return RegistryClient(registry, lambda _: None, httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        time.sleep(self.pause)
        try:
            return self._answer(request)
        finally:
            with self._lock:
                self._under_way -= 1

    def asked(self) -> dict[str, int]:
        """Everything but lists, by method and kind."""
        found: dict[str, int] = {}
        for one in self.repositories.values():
            for what, count in one.asked.items():
                if what != "GET tags":
                    found[what] = found.get(what, 0) + count
            one.asked.clear()
        return found

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v2/")
        if path == "_catalog":
            return httpx.Response(self.catalog, json={"repositories": sorted(self.repositories)})
        name = path.rsplit("/", 2)[0]
        if name in self.breaks:
            raise httpx.ReadError("reset")
        if name not in self.repositories or self.status[name]:
            return httpx.Response(self.status.get(name, 404))
        return self.repositories[name].answer(request)


@dataclass
class Heard:
    """Implements `BrowseListener`."""

    news: list[RemoteVersion] = field(default_factory=list)
    repositories: dict[str, RemoteVersions] = field(default_factory=dict)
    progress: list[tuple[int, int]] = field(default_factory=list)
    token: CancelToken | None = None

    def on_news(self, version: RemoteVersion) -> None:
        self.news.append(version)
        if self.token is not None:
            self.token.cancel()

    def on_repository(self, repository: str, found: RemoteVersions) -> None:
        self.repositories[repository] = found

    def on_progress(self, done: int, total: int) -> None:
        self.progress.append((done, total))

    @property
    def known(self) -> dict[str, KnownRepository]:
        return {
            name: KnownRepository(found.versions, found.artifacts)
            for name, found in self.repositories.items()
        }


@pytest.fixture
def site() -> Site:
    made = Site("team/rec", "team/ocr", "empty")
    for number in range(3):
        made.repositories["team/rec"].push(f"v1.{number}.0", STEPS)
    made.repositories["team/ocr"].push("v1", STEPS)
    return made


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeldesk.adapters.oci_registry.asking.pause", lambda *_: 0.0)


def browse(
    site: Site,
    heard: Heard,
    named: Sequence[str] = (),
    known: Mapping[str, KnownRepository] | None = None,
    token: CancelToken | None = None,
) -> BrowsedRegistry:
    reader = reader_of(site.client)
    return reader.browse("r.lan", named, known or {}, heard, token or CancelToken())


def test_every_repository_and_tag(site: Site) -> None:
    heard = Heard()
    done = browse(site, heard)
    assert done == BrowsedRegistry(("r.lan/empty", "r.lan/team/ocr", "r.lan/team/rec"), True, {})
    found = {name: [one.tag for one in it.versions] for name, it in heard.repositories.items()}
    assert found == {
        "r.lan/empty": [],
        "r.lan/team/ocr": ["v1"],
        "r.lan/team/rec": ["v1.0.0", "v1.1.0", "v1.2.0"],
    }
    assert len(heard.news) == 4
    assert heard.progress[-1] == (4, 4)


def test_a_second_look_fetches_no_manifest(site: Site) -> None:
    rec = site.repositories["team/rec"]
    rec.tags["stable"] = rec.tags["v1.1.0"]
    rec.put("chart", rec.manifest(b"{}", [5], "application/vnd.cncf.helm.config.v1+json"))
    mine = rec.push("part", STEPS)
    rec.index("multi", (mine, "linux/amd64"), (rec.put("speaks", b"{}"), "unknown/unknown"))
    del rec.tags["part"], rec.tags["speaks"]
    site.repositories["team/ocr"].push("latest", STEPS)
    first = Heard()
    browse(site, first)
    assert site.asked() == {"GET manifests": 8, "GET blobs": 6, "HEAD manifests": 2}
    second = Heard()
    browse(site, second, known=first.known)
    assert second.repositories == first.repositories
    assert second.news == []
    # One for each tag, and one more for the tag that moves and names what nothing else does.
    assert site.asked() == {"HEAD manifests": 9}


def test_what_is_new_is_read_alone(site: Site) -> None:
    first = Heard()
    browse(site, first)
    site.asked()
    site.repositories["team/rec"].push("v2.0.0", STEPS)
    second = Heard()
    browse(site, second, known=first.known)
    assert [one.tag for one in second.news] == ["v2.0.0"]
    assert site.asked() == {"HEAD manifests": 5, "GET manifests": 1, "GET blobs": 1}


@pytest.mark.parametrize("status", [403, 404, 405])
def test_repositories_by_their_names(site: Site, status: int) -> None:
    site.catalog = status
    heard = Heard()
    done = browse(site, heard, ["r.lan/team/rec", "r.lan/none"])
    assert done.repositories == ("r.lan/team/rec", "r.lan/none")
    assert not done.whole
    assert isinstance(done.failed["r.lan/none"], NotInRegistry)
    assert list(heard.repositories) == ["r.lan/team/rec"]


def test_where_nothing_is_listed_and_nothing_named(site: Site) -> None:
    site.catalog = 404
    with pytest.raises(NotInRegistry):
        browse(site, Heard())


def test_one_that_is_named_and_not_listed_is_read_too(site: Site) -> None:
    site.repositories["hidden"] = site.repositories.pop("team/ocr")
    site.status["hidden"] = 0
    names = [*site.repositories]
    site.repositories = {name: site.repositories[name] for name in names}
    heard = Heard()
    done = browse(site, heard, ["r.lan/hidden", "r.lan/team/rec"])
    assert sorted(done.repositories) == ["r.lan/empty", "r.lan/hidden", "r.lan/team/rec"]


@pytest.mark.parametrize("at_tags", [True, False])
def test_a_repository_that_is_closed_does_not_end_the_others(site: Site, at_tags: bool) -> None:
    if at_tags:
        site.status["team/ocr"] = 403
    else:
        ocr = site.repositories["team/ocr"]
        for number in range(40):
            ocr.push(f"v{number}", STEPS)
            ocr.failing[f"v{number}"] = 403
        ocr.failing["v1"] = 403
    heard = Heard()
    done = browse(site, heard)
    assert list(done.failed) == ["r.lan/team/ocr"]
    assert isinstance(done.failed["r.lan/team/ocr"], RegistryDenied)
    assert sorted(heard.repositories) == ["r.lan/empty", "r.lan/team/rec"]


def test_a_registry_that_goes_away_ends_it(site: Site) -> None:
    site.breaks.add("team/rec")
    with pytest.raises(RegistryUnavailable):
        browse(site, Heard())


def test_a_registry_that_fails_is_not_asked_on(site: Site) -> None:
    for number in range(300):
        site.repositories["team/rec"].push(f"v2.{number}.0", STEPS)
        site.repositories["team/rec"].failing[f"v2.{number}.0"] = 503
    with pytest.raises(RegistryBusy):
        browse(site, Heard())
    assert site.asked()["GET manifests"] < 200


def test_sixteen_at_a_time_across_repositories() -> None:
    site = Site(*(f"m{number}" for number in range(60)))
    for repository in site.repositories.values():
        repository.push("v1", STEPS)
    site.pause = 0.003
    heard = Heard()
    browse(site, heard)
    assert len(heard.repositories) == 60
    assert 12 <= site.most <= 16


def test_a_cancel_in_the_middle(site: Site) -> None:
    for number in range(400):
        site.repositories["team/rec"].push(f"v2.{number}.0", STEPS)
    token = CancelToken()
    heard = Heard(token=token)
    with pytest.raises(Cancelled):
        browse(site, heard, token=token)
    assert 1 <= len(heard.news) < 100
    assert threading.active_count() < 16
