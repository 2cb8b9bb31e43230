"""The engine as a manager of a swarm."""

import base64
import json
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from urllib.parse import quote

from modeldesk.adapters.docker_engine.connection import ANSWER_SECONDS, Connection
from modeldesk.adapters.docker_engine.facade import DockerEngine
from modeldesk.adapters.docker_engine.fields import Object, items, mapping, text
from modeldesk.adapters.docker_engine.logs import frames, joined
from modeldesk.adapters.docker_engine.streams import (
    CONNECT_SECONDS,
    EngineRequest,
    Params,
    open_stream,
)
from modeldesk.adapters.docker_engine.swarm_errors import network_gone, no_swarm, swarm_words
from modeldesk.adapters.docker_engine.swarm_reading import (
    network_ids,
    read_membership,
    read_node,
    read_secret,
    read_service,
    read_task,
    version_of,
)
from modeldesk.adapters.docker_engine.swarm_spec import written
from modeldesk.adapters.docker_engine.transfer import sign_in_headers
from modeldesk.core.containers.model import LogLine
from modeldesk.core.errors import EngineError, InvalidInput, InvalidReference, NotFound
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import FindSignIn, ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.swarm.model import (
    Membership,
    Node,
    NodeId,
    SecretId,
    ServiceId,
    ServiceSpec,
    SwarmSecret,
    SwarmService,
    SwarmTask,
    TaskId,
)
from modeldesk.core.words import tr

_LOG_SECONDS = 5
_GONE_SECONDS, _LOOK_SECONDS = 15, 0.1
_JOINED = re.compile(r"already (?:exists in|attached to) network")
_WAIT = (CONNECT_SECONDS, ANSWER_SECONDS)


class DockerSwarm:
    """Implements `SwarmEngine`."""

    def __init__(self, connection: Connection, find_sign_in: FindSignIn | None = None) -> None:
        self._connection = connection
        self._find_sign_in = find_sign_in

    def membership(self) -> Membership:
        return read_membership(mapping(self._ask("/info")))

    def own_node(self) -> NodeId:
        info = mapping(self._ask("/info"))
        if read_membership(info) is not Membership.MANAGER:
            raise no_swarm()
        return NodeId(text(mapping(info.get("Swarm")).get("NodeID")))

    def nodes(self) -> tuple[Node, ...]:
        found = (read_node(mapping(one)) for one in items(self._ask("/nodes")))
        return tuple(sorted(found, key=lambda node: (node.name, node.id)))

    def services(self, labels: Mapping[str, str] | None = None) -> tuple[SwarmService, ...]:
        found = [mapping(one) for one in items(self._ask("/services", _labelled(labels)))]
        names = self._network_names(found)
        read = (read_service(one, names) for one in found)
        return tuple(sorted(read, key=lambda service: service.spec.name))

    def service(self, name: str) -> SwarmService:
        found = self._inspected(name)
        return read_service(found, self._network_names([found]))

    def create_service(self, spec: ServiceSpec) -> ServiceId:
        made = mapping(
            self._send(
                "/services/create",
                written(spec, self._connection.api_version),
                headers=self._sign_in(spec.image),
            )
        )
        return ServiceId(text(made.get("ID")))

    def update_service(self, service: SwarmService, spec: ServiceSpec) -> None:
        before = mapping(self._inspected(service.id).get("Spec"))
        self._send(
            f"/services/{service.id}/update",
            written(spec, self._connection.api_version, before),
            {"version": service.version},
            self._sign_in(spec.image),
        )

    def roll_back_service(self, service: SwarmService) -> None:
        found = self._inspected(service.id)
        if version_of(found) == service.version and not mapping(found.get("PreviousSpec")):
            raise NotFound(tr("The engine keeps nothing that the service was before."))
        params: Params = {
            "version": service.version,
            "rollback": "previous",
            "registryAuthFrom": "previous-spec",
        }
        # The engine wants a spec here too, and does not read it.
        self._send(f"/services/{service.id}/update", mapping(found.get("Spec")), params)

    def remove_service(self, service: ServiceId) -> None:
        self._remove(f"/services/{service}")

    def tasks(self, service: ServiceId) -> tuple[SwarmTask, ...]:
        try:
            found = items(self._ask("/tasks", _filters({"service": [service]})))
        except NotFound:
            return ()
        entries = sorted(map(mapping, found), key=lambda one: text(one.get("CreatedAt")))
        # Sorting keeps the order of equals: the newest is the first of its slot.
        return tuple(sorted(map(read_task, reversed(entries)), key=lambda task: task.slot))

    def task_logs(self, task: TaskId, lines: int = 50) -> tuple[LogLine, ...]:
        params: Params = {"stdout": 1, "stderr": 1, "tail": lines}
        request = EngineRequest(
            f"/tasks/{task}/logs", params=params, wait_seconds=(CONNECT_SECONDS, _LOG_SECONDS)
        )
        found: list[LogLine] = []
        # A machine that is down tells nothing; what came until then is worth having.
        with (
            suppress(EngineError, InvalidInput),
            open_stream(self._connection, CancelToken(), request) as stream,
        ):
            found.extend(joined(frames(stream.chunks())))
        return tuple(found)

    def secrets(self, labels: Mapping[str, str] | None = None) -> tuple[SwarmSecret, ...]:
        found = (
            read_secret(mapping(one)) for one in items(self._ask("/secrets", _labelled(labels)))
        )
        return tuple(sorted(found, key=lambda secret: secret.name))

    def create_secret(self, name: str, value: str, labels: Mapping[str, str]) -> SecretId:
        content = {
            "Name": name,
            "Labels": dict(labels),
            "Data": base64.b64encode(value.encode()).decode(),
        }
        return SecretId(text(mapping(self._send("/secrets/create", content)).get("ID")))

    def remove_secret(self, secret: SecretId) -> None:
        self._remove(f"/secrets/{secret}")

    def ensure_network(self, name: str, labels: Mapping[str, str]) -> None:
        found = self._network(name)
        if found is None:
            content = {
                "Name": name,
                "Driver": "overlay",
                "Attachable": True,
                "CheckDuplicate": True,
                "Labels": dict(labels),
            }
            self._send("/networks/create", content)
        elif found.get("Scope") != "swarm" or found.get("Attachable") is not True:
            raise InvalidInput(
                tr("The network “{name}” is none that services and containers share.", name=name),
                tr("Remove it, or give it another name."),
            )

    def join_network(self, name: str, container: ContainerId) -> None:
        found = self._network(name)
        if found is None:
            raise network_gone(name)
        try:
            self._send(f"/networks/{text(found.get('Id'))}/connect", {"Container": container})
        except EngineError as error:
            # Engines word it differently, and call it a conflict or a failure.
            if not _JOINED.search(error.detail):
                raise

    def remove_network(self, name: str) -> None:
        found = self._network(name)
        if found is not None:
            self._remove(f"/networks/{text(found.get('Id'))}")
        # The machine has it for a moment longer than the swarm, and can't make another meanwhile.
        end = time.monotonic() + _GONE_SECONDS
        while self._network(name) is not None and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)

    # Inside

    def _network(self, name: str) -> Object | None:
        found = items(self._ask("/networks", _filters({"name": [name]})))
        # The filter takes parts of names too.
        return next((one for one in map(mapping, found) if one.get("Name") == name), None)

    def _network_names(self, services: Iterable[Object]) -> dict[str, str]:
        """Asked only where a service has a network."""
        if not any(map(network_ids, services)):
            return {}
        found = map(mapping, items(self._ask("/networks", _filters({"scope": ["swarm"]}))))
        own = (one for one in found if one.get("Ingress") is not True)
        return {text(one.get("Id")): text(one.get("Name")) for one in own}

    def _inspected(self, service: str) -> Object:
        return mapping(self._ask(f"/services/{quote(service, safe='')}"))

    def _sign_in(self, image: str) -> dict[str, str]:
        """An image id is pulled from nowhere."""
        try:
            registry = Reference.parse(image).registry if "@" in image else ""
        except InvalidReference:
            registry = ""
        return sign_in_headers(registry, self._find_sign_in) if registry else {}

    def _ask(self, path: str, params: Params | None = None) -> object:
        return self._answer(EngineRequest(path, params=params, wait_seconds=_WAIT))

    def _send(
        self,
        path: str,
        content: Object,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> object:
        body = [json.dumps(content).encode()]
        kind = {"Content-Type": "application/json"}
        return self._answer(
            EngineRequest(path, "POST", params, {**kind, **(headers or {})}, body, _WAIT)
        )

    def _remove(self, path: str) -> None:
        with suppress(NotFound):
            self._answer(EngineRequest(path, "DELETE", wait_seconds=_WAIT))

    def _answer(self, request: EngineRequest) -> object:
        with swarm_words(), open_stream(self._connection, CancelToken(), request) as stream:
            body = b"".join(stream.chunks())
        return json.loads(body) if body.strip() else None


def swarm_of(engine: ImageEngine, find_sign_in: FindSignIn | None = None) -> DockerSwarm:
    """The same engine as a manager of a swarm, as long as its connection is open. Raises
    `EngineError` for an engine of another kind."""
    if not isinstance(engine, DockerEngine):
        raise EngineError(tr("Only Docker’s engine can be part of a swarm."))
    return DockerSwarm(engine.connection, find_sign_in)


def _labelled(labels: Mapping[str, str] | None) -> Params | None:
    wanted = [f"{name}={value}" if value else name for name, value in (labels or {}).items()]
    return _filters({"label": wanted}) if wanted else None


def _filters(wanted: Mapping[str, list[str]]) -> Params:
    return {"filters": json.dumps(wanted)}
