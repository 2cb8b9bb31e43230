"""The command line's shape."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from modeldesk import __version__
from modeldesk.cli.answer import Answer

if TYPE_CHECKING:
    # Whoever asks for help or for the version needs none, and does not wait for what it is made of.
    from modeldesk.cli.session import Session

COMMANDS: Mapping[str, str] = {
    "images": "list models and their versions",
    "versions": "list one model's versions, where they are and what changed",
    "channel": "show where a model's channels are, and move them",
    "metadata": "show what is registered with a version: metrics, parameters, tags; change it",
    "search": "find versions here and in registries by their metadata",
    "layers": "show what an image, archive or registry's image is made of, and what is reclaimable",
    "diff": "compare two images: what changed, and why one is larger",
    "inspect": "say what is in a model folder, and what tells it",
    "lint": "check a Dockerfile or a .dockerignore, and say what to mend",
    "recipe": "print the Dockerfile that is proposed for a folder, or write it there",
    "build": "build the next version from a folder",
    "builds": "list the builds that were made; show one, or compare two",
    "compare": "build a folder as a single stage and as multi-stage, and measure both",
    "verify": "make a version again from its commit, and say what differs",
    "push": "send a version to a registry",
    "pull": "have an image sent from a registry, by its tag or digest",
    "copy": "copy an image from one repository or registry to another, without an engine",
    "tag": "give an image in a registry one more tag, or move one there; nothing is pulled",
    "untag": "take one tag away in a registry, and leave the image with its others",
    "delete": "list what would go from a registry with an image; remove it with --yes",
    "artifact": "send, fetch, show or list models in registries that are weights without an image",
    "run": "start a version and wait until it is healthy",
    "deploy": "put a version in service behind its gateway, without a request dropped",
    "deployments": "list named services and what they run; stop, start or remove one",
    "releases": "list what happened to named services: who put what in service, when and why",
    "rollback": "go back to an earlier version",
    "watch": "look after what runs: canaries, what is not as it should be, events to others",
    "events": "have others told of releases: receivers, what waits for them, what failed",
    "canary": "give a version its share of the callers step by step, and judge it meanwhile",
    "feedback": "tell a deployment's gateway the truth about requests, for the accuracy",
    "swarm": "show the machines of a Docker swarm, and the services that were deployed to it",
    "registry": "name registries, sign in and out, check each step, and list what they have",
    "serve": "serve the models of a registry over HTTP; tokens for it, and who did what",
    "cleanup": "list what could go and what would come back; remove it with --yes",
    "doctor": "check the engine, versions, paths, and say what to fix",
}
_EPILOG = """\
exit codes:
  0 done   1 failed   2 wrong usage or input   3 no engine   4 not found
  5 build failed   6 container failed   7 release failed, what ran runs again
  8 image wastes more than its limits   9 image made again is another one
  10 lint has findings   11 a channel's rule is not met   130 cancelled
"""


class CommandModule(Protocol):
    """What a module under `modeldesk.cli.commands` offers."""

    add_arguments: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace, "Session"], Answer]


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command line, read."""

    arguments: argparse.Namespace
    execute: Callable[[argparse.Namespace, "Session"], Answer]


def read_arguments(argv: list[str]) -> Invocation:
    """Read `argv` (without the program's name). Leaves with code 2 and a usage line when it
    can't be read. Only the module of the command that is meant is imported."""
    parser = argparse.ArgumentParser(
        prog="modeldesk",
        description="Without a command: open the window (with a folder: to build it).",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"modeldesk {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    module: CommandModule | None = None
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary.capitalize() + ".")
        command.add_argument("--json", action="store_true", help="print one JSON document")
        if name in argv:
            module = cast("CommandModule", import_module(f"modeldesk.cli.commands.{name}"))
            module.add_arguments(command)
    arguments = parser.parse_args(argv)
    _check_texts(parser, arguments)
    chosen = cast("CommandModule", import_module(f"modeldesk.cli.commands.{arguments.command}"))
    return Invocation(arguments, chosen.execute)


def _check_texts(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Refuse bytes that are no text in this locale, where they would become names and values.
    Paths may have them."""
    for given in vars(arguments).values():
        for text in given if isinstance(given, list) else [given]:
            if isinstance(text, str) and any("\ud800" <= c <= "\udfff" for c in text):
                shown = text.encode("utf-8", "replace").decode()
                parser.error(f"“{shown}” is not text in this locale's encoding")
