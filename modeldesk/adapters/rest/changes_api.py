"""Versions published and described, channels moved, and the log of all that."""

import re
from http import HTTPStatus
from urllib.parse import quote

from modeldesk.adapters.rest import documents
from modeldesk.adapters.rest.models_api import given_metadata
from modeldesk.adapters.rest.operations import BYTES_TYPE, TAR_TYPE, Call, Reply
from modeldesk.adapters.rest.problems import Problem, invalid
from modeldesk.core.access.audit import Act
from modeldesk.core.access.model import Role
from modeldesk.core.access.service import Access
from modeldesk.core.artifacts.safe_paths import safe_path
from modeldesk.core.errors import NotInRegistry
from modeldesk.core.hub.describing import Description, describe
from modeldesk.core.hub.listing import Listed
from modeldesk.core.hub.promoting import Wish
from modeldesk.core.hub.publishing import Arrived, publish
from modeldesk.core.hub.service import Hub
from modeldesk.core.ids import ModelName
from modeldesk.core.metadata.given import from_mapping
from modeldesk.core.metadata.keys import parse_key
from modeldesk.core.versioning.channels import DEPRECATED
from modeldesk.core.versioning.names import check_version
from modeldesk.core.words import tr

NOTHING = "none"
"""The ETag of a channel that names nothing."""
_USUAL = 100
_ETAG = re.compile(r'"([^"\s,]{1,200})"')


class ChangesApi:
    """Changes a hub; each change is in the audit log before it begins."""

    def __init__(self, hub: Hub, access: Access) -> None:
        self._hub = hub
        self._access = access

    def check_upload(self, call: Call) -> None:
        """What can be said before gigabytes are sent."""
        self._hub.shelf.repository(call.model)
        given_metadata(call.values.get("metadata", ""))
        name = call.values.get("file", "")
        if call.media_type == BYTES_TYPE:
            if not name:
                raise invalid(
                    tr("A file that is sent alone needs a name."),
                    tr("Give it as the parameter “file”: ?file=model.safetensors"),
                )
            safe_path(name)
        elif call.media_type != TAR_TYPE:
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "media-type",
                tr("“{type}” is not taken here.", type=call.media_type[:80]),
                tr(
                    "Send a tar of the folder as {tar}, or a file of weights as {bytes}.",
                    tar=TAR_TYPE,
                    bytes=BYTES_TYPE,
                ),
            )
        elif name:
            raise invalid(tr("A tar has the names of its files in it; leave “file” out."))
        if "version" in call.values:
            check_version(call.values["version"])

    def upload(self, call: Call) -> Reply:
        """A new version of what was sent; of the next name where none is given."""
        assert call.file is not None
        version = call.values.get("version", "")
        with self._access.noting(call.asker, Act.PUBLISH, call.model, version) as noted:
            done = publish(
                self._hub.registries,
                Arrived(call.file, call.values.get("file", "")),
                self._hub.shelf.reference(call.model),
                version,
                given_metadata(call.values.get("metadata", "")),
                self._hub.now,
                call.job,
            )
            target = done.pushed.target
            noted.digest = target.digest
            noted.detail = "" if version else target.tag
        self._hub.listing.changed(call.model)
        status = HTTPStatus.CREATED if done.pushed.is_new else HTTPStatus.OK
        place = f"/v1/models/{quote(call.model)}/-/versions/{quote(target.tag)}"
        headers = {"Location": place, "ETag": f'"{target.digest}"'}
        return Reply(documents.published(ModelName(call.model), done), status, headers)

    def metadata(self, call: Call) -> Reply:
        """What is known of a version, with its history."""
        listed = self._hub.listing.listed(call.model, call.token)
        one = listed.version(call.values["version"])
        return Reply(documents.metadata(call.model, one.held.digest, one.metadata))

    def describe(self, call: Call) -> Reply:
        """Values set and unset, who did it when and why."""
        content = call.content
        change = Description(
            from_mapping(content.get("set", {})),
            [parse_key(one) for one in content.get("unset", [])],
            content.get("why", ""),
            call.caller.name,
        )
        reference = call.values["version"]
        with self._access.noting(call.asker, Act.DESCRIBE, call.model, reference) as noted:
            listed = self._fresh(call)
            one = listed.version(reference)
            noted.digest = one.held.digest
            found = describe(self._hub.registries, one, change, self._hub.now, call.token)
        self._hub.listing.changed(call.model)
        return Reply(documents.metadata(call.model, one.held.digest, found))

    def channels(self, call: Call) -> Reply:
        """All of a model."""
        found = self._hub.promoter.channels(self._fresh(call))
        return Reply({"channels": [documents.channel(one) for one in found]})

    def channel(self, call: Call) -> Reply:
        """One, with the ETag that a move has to name."""
        one = self._hub.promoter.channel(self._fresh(call), call.values["channel"])
        return Reply(documents.channel(one), headers=_tag_of(one.channel, one.digest))

    def history(self, call: Call) -> Reply:
        """Every move of a channel, newest first."""
        # It must be there; what is known of its history then may be nothing.
        self._hub.promoter.channel(
            self._hub.listing.listed(call.model, call.token), call.values["channel"]
        )
        moves = self._hub.promoter.history(call.model, call.values["channel"])
        first, most = call.number("offset", 0), call.number("limit", _USUAL)
        shown = [documents.move(one) for one in moves[first : first + most]]
        return Reply(documents.page("moves", shown, len(moves), first))

    def move(self, call: Call) -> Reply:
        """A channel given to a version, if it still is where whoever asks saw it."""
        channel, content = call.values["channel"], call.content
        override = bool(content.get("override", False))
        wish = self._wish(call, content.get("why", ""), override=override)
        if override:
            self._access.check(call.asker, Role.ADMINISTER, Act.MOVE_CHANNEL, call.model, channel)
        with self._access.noting(call.asker, Act.MOVE_CHANNEL, call.model, channel) as noted:
            listed = self._fresh(call)
            self._hub.promoter.channel(listed, channel)
            version = listed.version(content["version"])
            noted.digest = version.held.digest
            done = self._hub.promoter.move(listed, version, wish, call.job)
            noted.detail = ", ".join(done.broken) if done else ""
        return self._moved(call, is_moved=done is not None)

    def clear(self, call: Call) -> Reply:
        """A channel taken off."""
        channel, version = call.values["channel"], call.values.get("version", "")
        wish = self._wish(call, call.values.get("why", ""), override=False)
        with self._access.noting(call.asker, Act.CLEAR_CHANNEL, call.model, channel) as noted:
            listed = self._fresh(call)
            at = self._hub.promoter.channel(listed, channel)
            if channel == DEPRECATED and version not in at.versions:
                raise NotInRegistry(
                    tr("“{version}” is not deprecated.", version=version),
                    tr("Name the version: ?version=v1.0.0"),
                )
            noted.digest = at.digest
            done = self._hub.promoter.clear(listed, version, wish, call.job)
        return self._moved(call, is_moved=done is not None)

    def audit(self, call: Call) -> Reply:
        """The newest lines of the log."""
        most = call.number("limit", _USUAL)
        found = self._access.audit(most, call.number("before", 0))
        end = found[-1].id if len(found) == most else None
        return Reply({"lines": [one.document for one in found], "next": end})

    def _fresh(self, call: Call) -> Listed:
        return self._hub.listing.listed(call.model, call.token, fresh_s=0)

    def _moved(self, call: Call, *, is_moved: bool) -> Reply:
        self._hub.listing.changed(call.model)
        at = self._hub.promoter.channel(self._fresh(call), call.values["channel"])
        document = {"moved": is_moved, "channel": documents.channel(at)}
        return Reply(document, headers=_tag_of(at.channel, at.digest))

    def _wish(self, call: Call, why: str, *, override: bool) -> Wish:
        channel = call.values["channel"]
        expected = _expected(call.values.get("If-Match"), call.values.get("If-None-Match"), channel)
        return Wish(channel, expected, call.caller.name, why, override)


def _tag_of(channel: str, digest: str) -> dict[str, str]:
    """Versions are deprecated each for itself: there is nothing to compare."""
    return {} if channel == DEPRECATED else {"ETag": f'"{digest or NOTHING}"'}


def _expected(match: str | None, none_match: str | None, channel: str) -> str | None:
    if channel == DEPRECATED:
        return None
    if none_match is not None:
        if none_match.strip() != "*" or match is not None:
            raise invalid(
                tr("“If-None-Match” can only be * here, and stands alone."),
                tr("It says that the channel names nothing yet."),
            )
        return ""
    if match is None:
        raise Problem(
            HTTPStatus.PRECONDITION_REQUIRED,
            "precondition-required",
            tr("It is not said where {channel} was seen.", channel=channel),
            tr(
                "Ask for the channel, and send its ETag as “If-Match”; “If-None-Match: *” where "
                "it names nothing."
            ),
        )
    found = _ETAG.fullmatch(match.strip())
    if found is None:
        raise invalid(
            tr("“If-Match” is no ETag."), tr("Send the one that the channel was answered with.")
        )
    return "" if found[1] == NOTHING else found[1]
