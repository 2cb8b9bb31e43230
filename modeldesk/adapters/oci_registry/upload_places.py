"""Where an upload is: its address, how far it has come, how it is begun by another blob, and how it
is given up."""

import re
from contextlib import suppress

import httpx

from modeldesk.adapters.oci_registry.asking import WORTH_TRYING_AGAIN, Asking, Question, Reply
from modeldesk.adapters.oci_registry.errors import not_a_registry
from modeldesk.adapters.oci_registry.names import check_digest, path_of, pull, push, true_name
from modeldesk.adapters.oci_registry.write_errors import not_taken
from modeldesk.core.errors import Cancelled, RegistryError
from modeldesk.core.jobs import CancelToken

_FAREWELL_S = 5.0
_FAREWELLS = 3
_RANGE = re.compile(r"(?:bytes[= ])?0-(\d{1,18})")


def mount(asking: Asking, repository: str, digest: str, source: str, token: CancelToken) -> bool:
    """See `modeldesk.core.registry.ports.Registry`."""
    check_digest(asking.registry, digest)
    name, other = true_name(asking.registry, repository), true_name(asking.registry, source)
    query = httpx.QueryParams({"mount": digest, "from": other})
    path = f"{path_of(asking.registry, repository)}/blobs/uploads/?{query}"
    scope = f"{push(name)} {pull(other)}"
    reply = asking.reply(Question("POST", path, scope), token)
    if reply.status == 201:
        return True
    if reply.status == 202:
        # It began an upload instead, which nobody will go on with.
        place = place_of(asking, reply)
        if place:
            give_up(asking, place, scope)
        return False
    if reply.is_page or reply.status in WORTH_TRYING_AGAIN:
        raise not_taken(asking.registry, digest, reply)
    return False


def give_up(asking: Asking, place: str, scope: str) -> None:
    """Remove an upload. Where that fails the registry does it by itself, in its own time."""
    own = CancelToken()
    with suppress(RegistryError, Cancelled):
        for attempt in range(_FAREWELLS):
            deleting = Question("DELETE", place, scope, patience=_FAREWELL_S, again=False)
            if asking.reply(deleting, own).status in (404, 405):
                return
            # The connection that was broken may still be written to by the registry.
            own.wait(0.05 * 2**attempt)


def place_of(asking: Asking, reply: Reply) -> str:
    """Where an upload goes on; empty where that is not said. A registry behind a proxy may know
    its own scheme and port wrongly: at its own host, it is asked as before."""
    said = reply.headers.get("location", "")
    if not said:
        return ""
    try:
        here = httpx.URL(asking.base)
        there = reply.url.join(said)
    except httpx.InvalidURL as error:
        raise not_a_registry(asking.registry, f"upload at {said}") from error
    if there.host == here.host:
        return str(there.copy_with(scheme=here.scheme, port=here.port))
    if there.scheme not in ("https", here.scheme):
        raise not_a_registry(asking.registry, f"upload at {there.scheme}://{there.host}")
    return str(there)


def told(reply: Reply) -> int | None:
    """How many bytes the registry has; None where it does not say so."""
    found = _RANGE.fullmatch(reply.headers.get("range", "").strip())
    if found is None:
        return None
    last = int(found[1])
    return last + 1 if last else 0
