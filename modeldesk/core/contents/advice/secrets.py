"""Files that look like secrets by name alone (nothing of what is in them is read), and variables
that do by name or value (which is never shown)."""

import re
from collections.abc import Iterator

from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.contents.advice.model import Advice, AdvicePath, Remedy, Scene, Subject, largest
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.kinds import is_of_packages
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.model_folder.ignored import is_example
from modeldesk.core.words import tr

_NAMES = re.compile(
    rb"(?:^|/)(?:"
    rb"\.env(?:\.[^/]*)?|\.envrc|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|ppk)|"
    rb"id_(?:rsa|dsa|ecdsa|ed25519)|ssh_host_[^/]*_key|"
    rb"\.netrc|\.pypirc|\.npmrc|\.git-credentials|\.htpasswd|\.pgpass|"
    rb"\.aws/credentials|\.docker/config\.json|\.kube/config|kubeconfig|"
    rb"\.config/gcloud/[^/]*credentials[^/]*|(?:\.cache/)?\.?huggingface/(?:token|stored_tokens)|"
    rb"[^/]*(?:service[_-]?account|client[_-]?secret)[^/]*\.json|credentials\.json|secrets?\.ya?ml"
    rb")$",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    rb"(?:etc/(?:ssl|pki|ca-certificates)|usr/(?!src/app/)|lib/|var/lib/)|"
    rb".*(?:ca-?certs?|ca-?bundle|cacert|fullchain|chain|cert)[^/]*\.pem$",
    re.IGNORECASE,
)
_EMPTY = (FileType.FOLDER, FileType.WHITEOUT, FileType.OPAQUE)


def secrets(scene: Scene) -> Iterator[Advice]:
    """At most one piece of advice. A file that a later layer removes can still be read by
    everyone who has the image, so all layers are looked through but the base image's."""
    found = dict[bytes, AdvicePath]()
    for number, layer in enumerate(scene.view.layers[scene.base_layers :], scene.base_layers):
        for row in _suspicious(layer):
            path = layer.paths[row]
            found[path] = AdvicePath(path, layer.sizes[row], number)
    variables = _variables(scene)
    if not found and not variables:
        return
    paths, count, size = largest(found.values())
    yield Advice(
        Subject.SECRETS,
        tr("What looks like secrets"),
        tr(
            "Everyone who can pull the image can read these, also when a later layer removes them. "
            "Files were found by their names; nothing in them was read."
        ),
        size,
        paths,
        count,
        Remedy(
            tr(
                "Replace what was in them by new ones. Keep the files out of the build, "
                "mount what the build needs, and give the rest to the container when it starts."
            ),
            ('RUN --mount=type=secret,id=token TOKEN="$(cat /run/secrets/token)" make-something',),
        ),
        variables,
    )


def _suspicious(layer: LayerIndex) -> Iterator[int]:
    search = _NAMES.search
    for row, path in enumerate(layer.paths):
        if (
            search(path)
            and layer.types[row] not in _EMPTY
            and not is_of_packages(path)
            and not _PUBLIC.match(path)
            and not is_example(path.rpartition(b"/")[2].decode("latin-1"))
        ):
            yield row


def _variables(scene: Scene) -> tuple[str, ...]:
    """Variables that hold something, by name and as what they are: a name alone would be taken
    for a file's."""
    pairs = (line.partition("=") for line in scene.image.image.detail.config.environment)
    names = sorted(name for name, _, value in pairs if value and looks_secret(name, value))
    return tuple(tr("Environment variable {name}", name=name) for name in names)
