"""Images removed, and with them what only they stood on."""

from docker import APIClient
from docker.errors import APIError
from docker.errors import NotFound as LibraryNotFound

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import Object, items, mapping, text, texts
from modeldesk.adapters.docker_engine.images import asked
from modeldesk.adapters.docker_engine.losses import despite_losses
from modeldesk.core.errors import NotFound
from modeldesk.core.words import tr


def remove_image(connection: Connection, name: str, force: bool, containerd_store: bool) -> None:
    """Take the name off, and remove the image with its last one, and what no other image stands
    on of the steps that it was built in. Raises `NotFound`, `InUse`.

    A containerd store would remove steps that others stand on, too. When those go later, the
    engine no longer finds the way to the rest of their steps, which keep their bytes.
    """
    if not name:
        raise NotFound(tr("No image was named."))
    with connection.client() as client:
        found = _inspected(client, name) if containerd_store else {}
        parent = text(found.get("Parent"))
        client.remove_image(name, force=force, noprune=bool(parent))
        if parent and not _inspected(client, text(found.get("Id"))):
            _remove_steps(client, parent)


def _inspected(client: APIClient, name: str) -> Object:
    """Empty where there is none."""
    try:
        return mapping(asked(client.inspect_image, name))
    except LibraryNotFound:
        return {}


def _remove_steps(client: APIClient, step: str) -> None:
    """Remove the nameless image of a step and those below it, as far as nothing else needs them."""
    entries = map(mapping, items(despite_losses(lambda: client.images(all=True))))
    left = {text(entry.get("Id")): entry for entry in entries}
    while (entry := left.pop(step, None)) is not None:
        named = [tag for tag in texts(entry.get("RepoTags")) if "<none>" not in tag]
        if named or any(text(other.get("ParentId")) == step for other in left.values()):
            return
        try:
            client.remove_image(step, noprune=True)
        except LibraryNotFound:
            pass
        except APIError:
            # A container holds it: of a build under way, or one that a person made of it.
            return
        step = text(entry.get("ParentId"))
