"""What is asked of an engine so that an image goes with its own steps, and no others."""

from urllib.parse import parse_qs, urlsplit

import pytest

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.removal import remove_image
from modeldesk.core.errors import NotFound
from tests.unit.adapters.docker_engine.server import EngineServer, Request


class Store:
    """Images of a scripted engine: id → the id of what it stands on, and its names."""

    def __init__(self, server: EngineServer, parents: dict[str, str]) -> None:
        self.parents = parents
        self.names: dict[str, list[str]] = {}
        self.held: set[str] = set()
        self.asked: list[str] = []
        for name in (*parents, "shop:1"):
            server.answers[f"/images/{name}/json"] = lambda r, n=name: self._inspect(r, n)  # type: ignore[misc]
            server.answers[f"/images/{name}"] = lambda r, n=name: self._remove(r, n)  # type: ignore[misc]
        server.answers["/images/json"] = self._list

    def _id(self, name: str) -> str:
        return next((image for image, names in self.names.items() if name in names), name)

    def _inspect(self, request: Request, name: str) -> None:
        image = self._id(name)
        if image in self.parents:
            request.answer_json({"Id": image, "Parent": self.parents[image]})
        else:
            request.answer_json({"message": "No such image"}, 404)

    def _remove(self, request: Request, name: str) -> None:
        asked = parse_qs(urlsplit(request.path).query)
        self.asked.append(f"{name} {asked.get('noprune', [''])[0]}")
        image = self._id(name)
        if image in self.held:
            request.answer_json({"message": "a container uses it"}, 409)
            return
        names = self.names.get(image, [])
        if name in names:
            names.remove(name)
        if not names:
            del self.parents[image]
        request.answer_json([])

    def _list(self, request: Request) -> None:
        request.answer_json(
            [
                {"Id": image, "ParentId": parent, "RepoTags": self.names.get(image, [])}
                for image, parent in self.parents.items()
            ]
        )


@pytest.fixture
def store(server: EngineServer) -> Store:
    store = Store(server, {"image": "two", "two": "one", "one": "base", "base": ""})
    store.names = {"image": ["shop:1"], "base": ["python:3"]}
    return store


def left(store: Store) -> set[str]:
    return set(store.parents)


def test_the_engine_removes_steps_itself_where_it_does_it_well(
    store: Store, connection: Connection
) -> None:
    remove_image(connection, "shop:1", force=False, containerd_store=False)
    assert store.asked == ["shop:1 False"]


def test_steps_go_down_to_what_has_a_name(store: Store, connection: Connection) -> None:
    remove_image(connection, "shop:1", force=False, containerd_store=True)
    assert store.asked == ["shop:1 True", "two True", "one True"]
    assert left(store) == {"base"}


def test_a_step_that_others_stand_on_stays(store: Store, connection: Connection) -> None:
    store.parents["other"] = "one"
    remove_image(connection, "shop:1", force=False, containerd_store=True)
    assert left(store) == {"other", "one", "base"}


def test_a_step_that_a_container_holds_stays(store: Store, connection: Connection) -> None:
    store.held = {"two"}
    remove_image(connection, "shop:1", force=False, containerd_store=True)
    assert left(store) == {"two", "one", "base"}


def test_an_image_that_has_another_name_keeps_its_steps(
    store: Store, connection: Connection
) -> None:
    store.names["image"].append("shop:stable")
    remove_image(connection, "shop:1", force=False, containerd_store=True)
    assert left(store) == {"image", "two", "one", "base"}


def test_steps_that_are_gone_are_no_error(store: Store, connection: Connection) -> None:
    del store.parents["one"]
    remove_image(connection, "shop:1", force=False, containerd_store=True)
    assert left(store) == {"base"}


def test_an_image_without_steps_costs_no_list(
    store: Store, server: EngineServer, connection: Connection
) -> None:
    store.parents["image"] = ""
    remove_image(connection, "shop:1", force=False, containerd_store=True)
    assert not any(path.endswith("/images/json") for path in server.seen)
    assert store.asked == ["shop:1 False"]


@pytest.mark.parametrize("containerd_store", [False, True])
def test_what_is_not_there(connection: Connection, containerd_store: bool) -> None:
    for name in ("gone:1", ""):
        with pytest.raises(NotFound):
            remove_image(connection, name, force=False, containerd_store=containerd_store)
