"""Models, versions, files and queries."""

import json
from collections.abc import Generator, Iterator
from http import HTTPStatus

from modeldesk.adapters.rest import documents
from modeldesk.adapters.rest.operations import Call, Reply
from modeldesk.adapters.rest.problems import invalid
from modeldesk.adapters.rest.ranges import NoSuchRange, Span, read_range
from modeldesk.core.access.audit import Act
from modeldesk.core.access.model import Role
from modeldesk.core.access.service import Access
from modeldesk.core.artifacts.catalogue import HeldVersion
from modeldesk.core.artifacts.model import ArtifactLayer
from modeldesk.core.errors import NotInRegistry
from modeldesk.core.hub.service import Hub
from modeldesk.core.metadata.model import Key, Value
from modeldesk.core.search.asked import usual_order
from modeldesk.core.search.model import Order
from modeldesk.core.search.parse import read_field
from modeldesk.core.words import tr

_USUAL = 100


class ModelsApi:
    """Looks at a hub."""

    def __init__(self, hub: Hub, access: Access) -> None:
        self._hub = hub
        self._access = access

    def models(self, call: Call) -> Reply:
        """Those that may be read."""
        found = [
            one for one in self._hub.listing.models(call.token) if call.caller.may(Role.READ, one)
        ]
        first, most = call.number("offset", 0), call.number("limit", _USUAL)
        shown: list[documents.Document] = [{"model": one} for one in found[first : first + most]]
        return Reply(documents.page("models", shown, len(found), first))

    def versions(self, call: Call) -> Reply:
        """Of one model, newest name first."""
        found = self._hub.listing.listed(call.model, call.token).versions
        first, most = call.number("offset", 0), call.number("limit", _USUAL)
        shown = [documents.version(call.model, one) for one in found[first : first + most]]
        return Reply(documents.page("versions", shown, len(found), first))

    def version(self, call: Call) -> Reply:
        """All that is known of one."""
        listed = self._hub.listing.listed(call.model, call.token)
        one = listed.version(call.values["version"])
        names = listed.names_of(one.held.digest)
        return Reply(
            documents.version_detail(call.model, one, names),
            headers={"ETag": f'"{one.held.digest}"'},
        )

    def find(self, call: Call) -> Reply:
        """What a query is true of, among the models that may be read."""
        sort = call.values.get("sort", "")
        order = usual_order(read_field(sort)) if sort else Order()
        if call.is_set("reverse"):
            order = Order(order.by, not order.descending)
        first, most = call.number("offset", 0), call.number("limit", _USUAL)
        found = self._hub.finder.find(
            call.values.get("query", ""),
            order,
            first,
            most,
            lambda model: call.caller.may(Role.READ, model),
            call.token,
        )
        shown = [documents.hit(one) for one in found.hits]
        return Reply(documents.page("hits", shown, found.total, first))

    def download(self, call: Call) -> Reply:
        """A file of a version, or a part of it, as it comes from the registry."""
        listed = self._hub.listing.listed(call.model, call.token)
        one = listed.version(call.values["version"])
        layer = _layer(one, call.values["path"])
        tag = f'"{layer.digest}"'
        headers = {
            "ETag": tag,
            "Accept-Ranges": "bytes",
            "Content-Type": "application/octet-stream",
            # Whatever it is, no browser is to run it.
            "Content-Disposition": "attachment",
            "Cache-Control": "private, no-cache",
        }
        if tag in _tags(call.values.get("If-None-Match", "")):
            return Reply(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        size = layer.size_bytes
        asked = call.values.get("Range", "")
        if call.values.get("If-Range", tag) != tag:
            asked = ""
        try:
            span = read_range(asked, size)
        except NoSuchRange:
            return Reply(
                status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                headers={"Content-Range": f"bytes */{size}", "Content-Length": "0"},
            )
        if span is not None:
            headers["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
        headers["Content-Length"] = str(size if span is None else span.count)
        status = HTTPStatus.OK if span is None else HTTPStatus.PARTIAL_CONTENT
        if call.is_head:
            return Reply(status=status, headers=headers)
        subject = f"{call.values['version']}/{layer.path}"
        stream = self._noted(call, one, subject, self._pieces(call, layer, span))
        return Reply(status=status, headers=headers, stream=stream)

    def _noted(
        self, call: Call, one: HeldVersion, subject: str, pieces: Iterator[bytes]
    ) -> Generator[bytes, None, None]:
        """In the audit log from its first byte to its last."""
        with self._access.noting(call.asker, Act.DOWNLOAD, call.model, subject) as noted:
            noted.digest = one.held.digest
            yield from pieces

    def _pieces(
        self, call: Call, layer: ArtifactLayer, span: Span | None
    ) -> Generator[bytes, None, None]:
        """The last piece of a whole file comes when the file has proved to be what it should: a
        reader counts the bytes, and so never takes a wrong one for whole."""
        first = span.first if span else 0
        left = span.count if span else layer.size_bytes
        repository = self._hub.shelf.repository(call.model)
        pieces = self._hub.registry.blob(repository, layer.digest, call.token, first)
        waiting = b""
        try:
            for piece in pieces:
                if waiting:
                    yield waiting
                waiting = piece[:left]
                left -= len(waiting)
                if span is not None and left <= 0:
                    break
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        if waiting:
            yield waiting


def given_metadata(text: str) -> dict[Key, Value]:
    """What stands in the parameter `metadata`. Raises `InvalidInput`."""
    from modeldesk.core.metadata.given import from_mapping

    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid(tr("“metadata” is no JSON: {why}.", why=error)) from None
    if not isinstance(found, dict):
        raise invalid(tr("“metadata” is no JSON object."))
    return from_mapping(found)


def _layer(one: HeldVersion, path: str) -> ArtifactLayer:
    artifact = one.held.artifact
    if artifact is None:
        raise NotInRegistry(
            tr("{version} is a container image, which has no files of its own.", version=one.name),
            tr("Have it with: docker pull {name}", name=one.reference),
        )
    for layer in artifact.layers:
        if path in (layer.path, layer.digest):
            return layer
    raise NotInRegistry(
        tr("{version} has no file “{path}”.", version=one.name, path=path),
        tr("Ask for the version; it lists its files."),
    )


def _tags(header: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in header.split(",")}
