"""How a deployment is spread over a swarm, as given on the command line."""

import argparse
from dataclasses import replace

from modeldesk.cli.values import seconds
from modeldesk.core.errors import InvalidInput
from modeldesk.core.releases.model import SwarmSettings
from modeldesk.core.words import tr


def add_swarm(parser: argparse.ArgumentParser) -> None:
    """The arguments of a service; a deployment stays what it was made as."""
    group = parser.add_argument_group("swarm", "for an engine that manages a Docker swarm")
    group.add_argument("--swarm", action="store_true", help="make it a service of the swarm")
    group.add_argument("--replicas", type=int, metavar="N", help="how many tasks it has (1)")
    group.add_argument(
        "--host-ports",
        action=argparse.BooleanOptionalAction,
        help="publish ports at machines that have a task alone, not at each: for kernels without "
        "IP_VS",
    )
    group.add_argument(
        "--gateway",
        action=argparse.BooleanOptionalAction,
        help="put a gateway on this engine in front of it, which owns the ports; canaries need one",
    )
    group.add_argument(
        "--at-once", type=int, metavar="N", help="how many tasks are replaced at once (1); 0: all"
    )
    group.add_argument(
        "--watch-for",
        type=seconds,
        metavar="SECONDS",
        help="how long new tasks are watched before the next are replaced (5): when one ends in "
        "that time, the engine goes back",
    )


def read_swarm(arguments: argparse.Namespace, known: SwarmSettings | None) -> SwarmSettings | None:
    """What was given, over what the deployment has; None for containers."""
    named = {
        "replicas": arguments.replicas,
        "every_machine": None if arguments.host_ports is None else not arguments.host_ports,
        "gateway": arguments.gateway,
        "parallelism": arguments.at_once,
        "delay_s": arguments.watch_for,
        "monitor_s": arguments.watch_for,
    }
    given = {name: value for name, value in named.items() if value is not None}
    if known is None and not arguments.swarm:
        if given:
            raise InvalidInput(
                tr("Replicas and how they are replaced are a swarm's."),
                tr("Add --swarm, or leave them out."),
            )
        return None
    if arguments.at_once is not None and arguments.at_once < 0:
        raise InvalidInput(
            tr("{count} tasks can't be replaced at once.", count=arguments.at_once),
            tr("Give 1 or more; 0 for all."),
        )
    return replace(known or SwarmSettings(), **given)
