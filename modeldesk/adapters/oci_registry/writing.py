"""Manifests into a registry and out of it again, and what is attached to them."""

from collections.abc import Callable
from contextlib import suppress
from random import random

from modeldesk.adapters.oci_registry.asking import Asking, Question, Reply
from modeldesk.adapters.oci_registry.errors import lied
from modeldesk.adapters.oci_registry.gently import gently
from modeldesk.adapters.oci_registry.names import (
    check_digest,
    check_reference,
    delete,
    path_of,
    push,
    true_name,
)
from modeldesk.adapters.oci_registry.reading import check_content, read_digest, read_manifest
from modeldesk.adapters.oci_registry.referrers import (
    Listing,
    described,
    list_of,
    list_tag,
    read_listing,
    subject_of,
)
from modeldesk.adapters.oci_registry.turns import Turns
from modeldesk.adapters.oci_registry.write_errors import is_settled, not_deleted, not_taken
from modeldesk.core.errors import NotInRegistry, RegistryError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Descriptor, Manifest
from modeldesk.core.words import tr

_PATIENCE_SECONDS = 60.0
"""A registry looks for all that a manifest names before it answers."""
_TRIES = 5
_GONE = 404


class Writing:
    """Into one registry. Lists of referrers that this program changes itself are changed by one
    thread at a time."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._turns = Turns()

    def put(self, repository: str, reference: str, manifest: Manifest, token: CancelToken) -> None:
        """See `modeldesk.core.registry.ports.Registry.put_manifest`."""
        check_reference(self._asking.registry, reference)
        check_content(self._asking.registry, manifest.content, manifest.digest)
        if ":" in reference and reference != manifest.digest:
            raise lied(self._asking.registry, reference)
        knows_subjects = self._put(repository, reference, manifest, token)
        subject = subject_of(manifest.content)
        if subject and not knows_subjects:
            one = described(manifest)
            self._change_list(repository, subject, lambda listed: listed.with_one(one), token)

    def delete(self, repository: str, digest: str, token: CancelToken) -> None:
        """See `modeldesk.core.registry.ports.Registry.delete_manifest`."""
        check_digest(self._asking.registry, digest)
        try:
            kept = read_manifest(self._asking, repository, digest, token)
        except NotInRegistry:
            # Asked for all the same: the answer tells whether anything can be deleted.
            self._delete(repository, digest, token)
            raise
        reply = self._delete(repository, digest, token)
        if reply.status == _GONE:
            self._delete_again(repository, kept, reply, token)
        subject = subject_of(kept.content)
        if subject:
            with suppress(NotInRegistry):
                self._change_list(repository, subject, lambda one: one.without(digest), token)

    def referrers(self, repository: str, digest: str, token: CancelToken) -> tuple[Descriptor, ...]:
        """See `modeldesk.core.registry.ports.Registry.referrers`."""
        found = read_listing(self._asking, repository, digest, token)
        if found is None:
            found = self._own_list(repository, digest, token)
        return found.descriptors

    def _put(self, repository: str, reference: str, manifest: Manifest, token: CancelToken) -> bool:
        """Whether the registry keeps lists of referrers by itself."""
        question = Question(
            "PUT",
            f"{path_of(self._asking.registry, repository)}/manifests/{reference}",
            push(true_name(self._asking.registry, repository)),
            {"Content-Type": manifest.media_type},
            manifest.content,
            _PATIENCE_SECONDS,
        )
        reply = self._asking.reply(question, token)
        what = f"{repository}{'@' if ':' in reference else ':'}{reference}"
        said = reply.headers.get("docker-content-digest", "")
        # Some say less than that it was created; who only says that all is well may be anybody.
        if is_settled(reply) and self._is_there(repository, reference, manifest, token):
            return False
        if reply.status not in (201, 202) and not (reply.status == 200 and said):
            raise not_taken(self._asking.registry, what, reply)
        said = said or manifest.digest
        if said.partition(":")[0] == manifest.digest.partition(":")[0] and said != manifest.digest:
            raise lied(self._asking.registry, manifest.digest)
        return "oci-subject" in reply.headers

    def _is_there(
        self, repository: str, reference: str, manifest: Manifest, token: CancelToken
    ) -> bool:
        """Whether the reference names just that already."""
        try:
            return read_digest(self._asking, repository, reference, token) == manifest.digest
        except NotInRegistry:
            return False

    def _delete(self, repository: str, digest: str, token: CancelToken) -> Reply:
        """Raises for any answer but that it is gone, now or already. A cancel lets it end: in the
        middle, Docker's own registry from 3.0 on would leave the tags behind."""
        token.raise_if_cancelled()
        path = f"{path_of(self._asking.registry, repository)}/manifests/{digest}"
        scope = delete(true_name(self._asking.registry, repository))
        with gently(token) as own:
            reply = self._asking.reply(Question("DELETE", path, scope), own)
        if reply.status not in (200, 202, 204, _GONE) or (reply.is_page and reply.status < 300):
            raise not_deleted(self._asking.registry, f"{repository}@{digest}", reply)
        return reply

    def _delete_again(
        self, repository: str, kept: Manifest, reply: Reply, token: CancelToken
    ) -> None:
        """What was there, and is not known by its `reply`: it was asked again after a broken
        connection. Docker's own registry from 3.0 on leaves the tags where nobody waits for its
        answer any more; a manifest that is put again takes them along when it goes."""
        try:
            read_digest(self._asking, repository, kept.digest, token)
        except NotInRegistry:
            self._put(repository, kept.digest, kept, token)
            self._delete(repository, kept.digest, token)
            return
        raise not_deleted(self._asking.registry, f"{repository}@{kept.digest}", reply)

    def _own_list(self, repository: str, digest: str, token: CancelToken) -> Listing:
        try:
            kept = read_manifest(self._asking, repository, list_tag(digest), token)
        except NotInRegistry:
            return Listing()
        return list_of(self._asking.registry, kept.content)

    def _change_list(
        self,
        repository: str,
        digest: str,
        change: Callable[[Listing], Listing],
        token: CancelToken,
    ) -> None:
        """Registries don't compare before they take, so another program may write between: what
        was written is looked at again, and changed again where it is not as it was wanted."""
        with self._turns.alone((repository, digest), token):
            for attempt in range(_TRIES):
                found = self._own_list(repository, digest, token)
                wanted = change(found)
                if wanted == found:
                    return
                self._put(repository, list_tag(digest), wanted.manifest(), token)
                if token.wait(random() * 0.05 * attempt):
                    token.raise_if_cancelled()
                found = self._own_list(repository, digest, token)
                if change(found) == found:
                    return
        raise RegistryError(
            tr("The list of what is attached to {digest} is changed by others all the time.",
               digest=digest),
            tr("Try again later."),
        )  # fmt: skip
