"""Every operation of the API."""

from collections.abc import Mapping
from http import HTTPStatus

from modeldesk.adapters.rest import parameters as given
from modeldesk.adapters.rest.changes_api import ChangesApi
from modeldesk.adapters.rest.models_api import ModelsApi
from modeldesk.adapters.rest.operations import BYTES_TYPE, Operation, Takes, Told
from modeldesk.adapters.rest.schemas import ref
from modeldesk.core.access.audit import Act
from modeldesk.core.access.model import Role
from modeldesk.core.access.service import Access
from modeldesk.core.hub.service import Hub

_MODEL = "/v1/models/{model}/-"
_VERSION = f"{_MODEL}/versions/{{version}}"
_CHANNEL = f"{_MODEL}/channels/{{channel}}"
_ETAG = {"ETag": "Stands for what was answered."}
_PUBLISHED = {"Location": "Where the version is.", **_ETAG}


def operations(hub: Hub, access: Access) -> tuple[Operation, ...]:
    """All of them, over a hub."""
    return (*_looking(ModelsApi(hub, access), ChangesApi(hub, access)),
            *_changing(ChangesApi(hub, access)))  # fmt: skip


def _looking(looks: ModelsApi, changes: ChangesApi) -> tuple[Operation, ...]:
    read = Role.READ
    return (
        Operation(
            "listModels",
            "GET",
            "/v1/models",
            "The models that the token may read",
            looks.models,
            _ok("Models"),
            read,
            parameters=(given.LIMIT, given.OFFSET),
            any_model=True,
        ),
        Operation(
            "search",
            "GET",
            "/v1/search",
            "Versions by their metadata, among the models that the token may read",
            looks.find,
            _ok("Hits"),
            read,
            parameters=(given.QUERY, given.SORT, given.REVERSE, given.LIMIT, given.OFFSET),
            any_model=True,
        ),
        Operation(
            "listVersions",
            "GET",
            f"{_MODEL}/versions",
            "The versions of a model, newest name first",
            looks.versions,
            _ok("Versions"),
            read,
            parameters=(given.MODEL, given.LIMIT, given.OFFSET),
        ),
        Operation(
            "getVersion",
            "GET",
            _VERSION,
            "A version with its metadata and files",
            looks.version,
            _ok("VersionDetail", _ETAG),
            read,
            parameters=(given.MODEL, given.VERSION),
        ),
        Operation(
            "downloadFile",
            "GET",
            f"{_VERSION}/files/{{path}}",
            "A file of a version, or a part of it",
            looks.download,
            {
                HTTPStatus.OK: Told("The file.", {}, BYTES_TYPE, _ETAG),
                HTTPStatus.PARTIAL_CONTENT: Told(
                    "The part.", {}, BYTES_TYPE, {**_ETAG, "Content-Range": "Which part it is."}
                ),
                HTTPStatus.NOT_MODIFIED: Told("It is what is there already."),
                HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: Told("It has no such part."),
            },
            read,
            Act.DOWNLOAD,
            (
                given.MODEL,
                given.VERSION,
                given.FILE,
                given.RANGE,
                given.IF_RANGE,
                given.KNOWN,
            ),
        ),
        Operation(
            "getMetadata",
            "GET",
            f"{_VERSION}/metadata",
            "What is known of a version, and who said it when",
            changes.metadata,
            _ok("Metadata"),
            read,
            parameters=(given.MODEL, given.VERSION),
        ),
        Operation(
            "listChannels",
            "GET",
            f"{_MODEL}/channels",
            "Where the channels of a model are",
            changes.channels,
            _ok("Channels"),
            read,
            parameters=(given.MODEL,),
        ),
        Operation(
            "getChannel",
            "GET",
            _CHANNEL,
            "Where a channel is, with the ETag that a move names",
            changes.channel,
            _ok("Channel", _ETAG),
            read,
            parameters=(given.MODEL, given.CHANNEL),
        ),
        Operation(
            "getChannelHistory",
            "GET",
            f"{_CHANNEL}/history",
            "Every move of a channel, newest first",
            changes.history,
            _ok("History"),
            read,
            parameters=(given.MODEL, given.CHANNEL, given.LIMIT, given.OFFSET),
        ),
    )


def _changing(changes: ChangesApi) -> tuple[Operation, ...]:
    moves = (given.IF_MATCH, given.IF_NONE_MATCH)
    refused = {
        HTTPStatus.CONFLICT: _problem("The channel’s rule is not met, or it is being moved."),
        HTTPStatus.PRECONDITION_FAILED: _problem("It is not where it was seen."),
        HTTPStatus.PRECONDITION_REQUIRED: _problem("It is not said where it was seen."),
    }
    published = {
        HTTPStatus.CREATED: Told("It is there.", ref("Published"), headers=_PUBLISHED),
        HTTPStatus.OK: Told("The same was there.", ref("Published"), headers=_PUBLISHED),
        HTTPStatus.CONFLICT: _problem("Another model has that name."),
        HTTPStatus.PRECONDITION_FAILED: _problem("Somebody gave that name meanwhile."),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _problem("It is neither a tar nor a file."),
        HTTPStatus.INSUFFICIENT_STORAGE: _problem("The disk is full."),
    }
    return (
        Operation(
            "publishNext",
            "POST",
            f"{_MODEL}/versions",
            "Publish what is sent under the next version",
            changes.upload,
            published,
            Role.PUBLISH,
            Act.PUBLISH,
            (given.MODEL, given.FILE_NAME, given.METADATA),
            Takes.FILE,
            precheck=changes.check_upload,
        ),
        Operation(
            "publish",
            "PUT",
            _VERSION,
            "Publish what is sent as a version",
            changes.upload,
            published,
            Role.PUBLISH,
            Act.PUBLISH,
            (given.MODEL, given.NEW_VERSION, given.FILE_NAME, given.METADATA),
            Takes.FILE,
            precheck=changes.check_upload,
        ),
        Operation(
            "describe",
            "PATCH",
            f"{_VERSION}/metadata",
            "Set and unset metadata of a version",
            changes.describe,
            _ok("Metadata"),
            Role.PUBLISH,
            Act.DESCRIBE,
            (given.MODEL, given.VERSION),
            Takes.JSON,
            ref("MetadataChange"),
        ),
        Operation(
            "moveChannel",
            "PUT",
            _CHANNEL,
            "Give a channel to a version, if it is where it was seen",
            changes.move,
            {**_ok("Moved", _ETAG), **refused},
            Role.PROMOTE,
            Act.MOVE_CHANNEL,
            (given.MODEL, given.CHANNEL, *moves),
            Takes.JSON,
            ref("ChannelMove"),
        ),
        Operation(
            "clearChannel",
            "DELETE",
            _CHANNEL,
            "Take a channel off, if it is where it was seen",
            changes.clear,
            {**_ok("Moved", _ETAG), **refused},
            Role.PROMOTE,
            Act.CLEAR_CHANNEL,
            (given.MODEL, given.CHANNEL, given.OF_VERSION, given.WHY, *moves),
        ),
        Operation(
            "readAudit",
            "GET",
            "/v1/audit",
            "Who did what, when, on which digest, and how it ended",
            changes.audit,
            _ok("Audit"),
            Role.ADMINISTER,
            Act.READ_AUDIT,
            (given.LIMIT, given.BEFORE),
        ),
    )


def _ok(schema: str, headers: Mapping[str, str] | None = None) -> dict[HTTPStatus, Told]:
    return {HTTPStatus.OK: Told("What was asked for.", ref(schema), headers=headers or {})}


def _problem(description: str) -> Told:
    return Told(description)
