"""``modeldesk delete REF``: what would go from a registry with an image; with ``--yes`` it goes."""

import argparse

from modeldesk.cli.answer import Answer
from modeldesk.cli.moving import named_in_registry
from modeldesk.cli.session import Session
from modeldesk.core.errors import InvalidReference
from modeldesk.core.registry.removal import RegistryRemoval, kinds_of, plan_removal, remove
from modeldesk.core.text import size_text
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.description = (
        "List every tag and document that goes from a registry with an image, and the room that "
        "makes; with --yes it goes. To take one tag away: modeldesk untag."
    )
    parser.add_argument("reference", metavar="REF", help="registry/repository@digest or :tag")
    parser.add_argument("--yes", action="store_true", help="remove what is listed")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """A dry run, unless ``--yes`` was given."""
    reference = named_in_registry(arguments.reference)
    wanted = reference.digest or reference.tag
    if not wanted:
        raise InvalidReference(
            tr("“{name}” says no tag.", name=reference),
            tr("Write the tag or the digest of what is to go."),
        )
    registry = session.parts.registries.at(reference.registry)
    plan = plan_removal(registry, reference.repository, wanted, session.job)
    if arguments.yes:
        remove(registry, plan, session.job)
    return Answer(
        {
            "repository": reference.name,
            "digest": plan.digest,
            "tags": list(plan.tags),
            "manifests": list(plan.manifests),
            "attached": list(plan.attached),
            "freed_bytes": plan.freed_bytes,
            "kept_bytes": plan.kept_bytes,
            "dry_run": not arguments.yes,
        },
        tuple(_lines(plan, reference.name, done=arguments.yes)),
    )


def _lines(plan: RegistryRemoval, name: str, *, done: bool) -> list[str]:
    further = len(plan.manifests) - 1
    kinds = [f"{count} {kind}" for kind, count in kinds_of(plan.attached)]
    lines = [f"{name}@{plan.digest}", *(f"{name}:{tag}" for tag in plan.tags)]
    if further:
        among = f", among them: {', '.join(kinds)}" if kinds else ""
        lines.append(f"with {further} of its platforms and attachments{among}")
    room = (
        f"{size_text(plan.freed_bytes)} are in nothing else of this repository: the registry frees "
        "them when it collects its garbage."
    )
    kept = f" {size_text(plan.kept_bytes)} stay, since others have them." if plan.kept_bytes else ""
    lines.append(room + kept)
    lines.append("Removed." if done else "Dry run: add --yes to remove.")
    return lines
