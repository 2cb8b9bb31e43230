"""What a build is given on the command line: arguments, secrets, and which builder makes it."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import starmap

from modeldesk.cli.session import Session
from modeldesk.core.build.given import (
    argument_warning,
    check_secrets,
    read_argument,
    read_secret,
)
from modeldesk.core.build.model import Builder, BuildRequest
from modeldesk.core.build.secret import Secret
from modeldesk.core.metadata.keys import read_pair
from modeldesk.core.metadata.labels import with_values
from modeldesk.core.metadata.model import Key, Value


@dataclass(frozen=True, slots=True)
class Given:
    """Read and checked."""

    build_args: Mapping[str, str]
    secrets: Mapping[str, Secret]
    builder: Builder
    values: Mapping[Key, Value]
    """Metadata."""

    def applied(self, request: BuildRequest) -> BuildRequest:
        """The request with all of it."""
        return replace(
            request,
            build_args=self.build_args,
            secrets=self.secrets,
            builder=self.builder,
            labels=with_values(request.labels, self.values),
        )


def add_given(parser: argparse.ArgumentParser) -> None:
    """The arguments that are read by `read_given`."""
    parser.add_argument(
        "--build-arg",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="an ARG of the Dockerfile; without a value that of the environment",
    )
    parser.add_argument(
        "--secret",
        action="append",
        default=[],
        metavar="id=NAME,src=FILE|env=VAR",
        help="what RUN --mount=type=secret,id=NAME reads; it stays in no layer and no log",
    )
    add_metadata(parser)
    parser.add_argument(
        "--builder",
        choices=[builder.value for builder in Builder],
        help="what builds; else as in the settings",
    )


def add_metadata(parser: argparse.ArgumentParser) -> None:
    """The arguments that are read by `read_metadata`."""
    parser.add_argument(
        "--metric",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="a metric of the model, beside those of the folder or in place of one",
    )
    parser.add_argument(
        "--metadata",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="what else is registered with it: dataset, training_time, param.NAME, tag.NAME",
    )


def read_metadata(arguments: argparse.Namespace) -> dict[Key, Value]:
    """What is registered with a model. Raises `InvalidInput`."""
    written = (*(f"metric.{one}" for one in arguments.metric), *arguments.metadata)
    return dict(map(read_pair, written))


def read_given(arguments: argparse.Namespace, session: Session) -> Given:
    """Raises `InvalidInput` before any work is done; says what an argument would give away."""
    values = read_metadata(arguments)
    build_args = dict(map(read_argument, arguments.build_arg))
    secrets = dict(map(read_secret, arguments.secret))
    check_secrets(secrets, session.engine().info.builds_with_buildkit)
    for sentence in filter(None, starmap(argument_warning, build_args.items())):
        session.job.log(sentence)
    builder = Builder(arguments.builder or session.parts.settings.builder)
    return Given(build_args, secrets, builder, values)
