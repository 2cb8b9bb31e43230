"""``modeldesk layers REF``: what an image is made of."""

import argparse

from modeldesk.cli.answer import Answer, table
from modeldesk.cli.session import Session
from modeldesk.core.layers.kinds import kind_name
from modeldesk.core.library.find import find_version
from modeldesk.core.text import size_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "reference", metavar="REF", help="repository:tag, model:version, digest or image id"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """The layers, base first, each with its kind and size."""
    version = find_version(session.snapshot(), arguments.reference)
    layers = version.layers or ()
    rows = [
        (kind_name(layer.kind), size_text(layer.size_bytes), layer.instruction[:100])
        for layer in layers
    ]
    return Answer(
        {
            "image_id": version.key.image,
            "layers": [
                {
                    "diff_id": layer.diff_id,
                    "instruction": layer.instruction,
                    "size_bytes": layer.size_bytes,
                    "kind": layer.kind.value,
                }
                for layer in layers
            ],
        },
        tuple(table(("KIND", "SIZE", "INSTRUCTION"), rows, " r")),
    )
