"""What ``modeldesk build`` does with git: which commit is built, and how it is tagged."""

import argparse
from dataclasses import replace

from modeldesk.core.build.model import BuildRequest
from modeldesk.core.errors import InvalidInput
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.git_tags import tag_message, tag_name
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments about git."""
    parser.add_argument(
        "--from-commit",
        metavar="REV",
        default="",
        help="build what the folder was in a commit, tag or branch, in a clean checkout of it",
    )
    parser.add_argument(
        "--git-tag",
        nargs="?",
        const="",
        metavar="NAME",
        help="give the commit an annotated tag when the build succeeds; else as in the settings",
    )
    parser.add_argument("--git-message", metavar="TEXT", default="", help="what that tag says")


def with_tag(
    request: BuildRequest, arguments: argparse.Namespace, settings: Settings
) -> BuildRequest:
    """The request with the git tag that was asked for. Raises `InvalidInput`."""
    if arguments.git_tag is None:
        if arguments.git_message:
            raise InvalidInput(
                tr("--git-message is for a git tag, and none is asked for."),
                tr("Add --git-tag."),
            )
        return request
    version = request.references[0].tag
    return replace(
        request,
        git_tag=arguments.git_tag or tag_name(settings.git_tag_pattern, request.model, version),
        git_message=arguments.git_message or tag_message(request.model, version),
    )
