"""What a registry's refusals to take, or to remove, something mean."""

from modeldesk.adapters.oci_registry.asking import Reply
from modeldesk.adapters.oci_registry.errors import not_a_registry, refusal
from modeldesk.core.errors import NotInRegistry, RegistryDenied, RegistryError
from modeldesk.core.words import tr

_SHOWN = 300
_ITS_OWN_FAULT = 500


def not_taken(registry: str, what: str, reply: Reply) -> RegistryError:
    """Any answer but the one that says it was taken."""
    if reply.is_page and reply.status < _ITS_OWN_FAULT and reply.status not in (413, 429):
        return not_a_registry(registry, reply.body)
    detail = f"{reply.status} {reply.body[:_SHOWN]}"
    match reply.status:
        case 403:
            return RegistryDenied(
                tr("The registry {registry} does not allow you to write {what}.",
                   registry=registry, what=what),
                tr("Ask for access, or sign in as somebody else under Settings."),
                detail,
            )  # fmt: skip
        case 404:
            return NotInRegistry(
                tr("The registry {registry} has no place for {what}.", registry=registry,
                   what=what),
                tr("Some registries want a project or repository to be made first."),
                detail,
            )  # fmt: skip
        case 405:
            return RegistryDenied(
                tr("The registry {registry} takes nothing.", registry=registry),
                tr("It may be a copy of another, or be read only for now."),
                detail,
            )
        case 413:
            return RegistryError(
                tr("{what} is too large for the registry {registry}.", registry=registry,
                   what=what),
                tr("A proxy before it may limit it: with nginx it is client_max_body_size."),
                detail,
            )  # fmt: skip
        case 400 if "MANIFEST_BLOB_UNKNOWN" in reply.body or "BLOB_UNKNOWN" in reply.body:
            return RegistryError(
                tr("The registry {registry} lacks parts of {what}.", registry=registry, what=what),
                tr("They may have been removed there meanwhile. Send it again."),
                detail,
            )
        case 401 | 429:
            return refusal(registry, what, reply.status, reply.body, reply.user)
    if is_settled(reply):
        return RegistryError(
            tr("The registry {registry} keeps {what} as it is.", registry=registry, what=what),
            tr("Its tags can’t be moved once they are there. Choose another tag, or ask who runs "
               "the registry."),
            detail,
        )  # fmt: skip
    if reply.status >= _ITS_OWN_FAULT:
        return refusal(registry, what, reply.status, reply.body, reply.user)
    return RegistryError(
        tr("The registry {registry} refused to take {what}.", registry=registry, what=what),
        tr("Its own words say why."),
        detail,
    )


def is_settled(reply: Reply) -> bool:
    """Whether it refuses to move a tag that is there, as ECR and Harbor do where they are told to
    keep tags."""
    return reply.status in (400, 409, 412) and "immutable" in reply.body.lower()


def not_deleted(registry: str, what: str, reply: Reply) -> RegistryError:
    """Any answer but the one that says it is gone."""
    detail = f"{reply.status} {reply.body[:_SHOWN]}"
    if reply.status in (400, 404, 405, 501):
        return RegistryDenied(
            tr("The registry {registry} deletes nothing.", registry=registry),
            tr("Who runs it can switch that on: storage.delete.enabled in Docker's own registry."),
            detail,
        )
    if reply.status == 403:
        return RegistryDenied(
            tr("The registry {registry} does not allow you to delete {what}.", registry=registry,
               what=what),
            tr("Ask for access, or sign in as somebody else under Settings."),
            detail,
        )  # fmt: skip
    if reply.status < 400:
        return not_a_registry(registry, detail)
    return refusal(registry, what, reply.status, reply.body, reply.user)


def other_content(registry: str, digest: str) -> RegistryError:
    """It received something else than what was to be sent."""
    return RegistryError(
        tr("What the registry {registry} received is not {digest}.", registry=registry,
           digest=digest),
        tr("It may have changed while it was sent, or been damaged on its way. Nothing of it was "
           "kept; try again."),
    )  # fmt: skip


def other_size(digest: str, size: int) -> RegistryError:
    """The source of a blob does not have what it promised."""
    return RegistryError(
        tr("What was to be sent as {digest} is no longer the {size} bytes it was.", digest=digest,
           size=size),
        tr("It changed while it was sent. Nothing of it was kept; try again."),
    )  # fmt: skip
