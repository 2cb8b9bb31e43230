"""What the command palette can do with what there is: the chosen version, and what runs."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from PySide6.QtWidgets import QWidget

from modeldesk.core.library.model import Group, Model, Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.releases.model import VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.library.actions import VersionActions
from modeldesk.ui.links import BuildLink
from modeldesk.ui.presentation import printable
from modeldesk.ui.releases.actions import ReleaseActions
from modeldesk.ui.releases.entries import RunningEntry
from modeldesk.ui.shell.command_palette import PaletteEntry
from modeldesk.ui.theme.icons import Icon

_MOST_REMOTE = 200
"""A repository may have thousands, and the palette is filled on the window's thread."""


def choice_entries(
    context: Context, entry: Model, version: Version | None, acts: VersionActions
) -> Iterator[PaletteEntry]:
    """The next version of the chosen model, and its builds; run or remove the chosen one."""
    if entry.group is Group.MODEL:
        yield PaletteEntry(
            tr("Build a new version of {model}", model=printable(entry.name)),
            Icon.BUILD,
            partial(context.navigate, BuildLink(model=entry.name)),
        )
        yield PaletteEntry(
            tr("Show all builds of {model}", model=printable(entry.name)),
            Icon.BUILD,
            partial(context.navigate, BuildLink(model=entry.name, history=True)),
        )
        yield PaletteEntry(
            tr("Channel history of {model}", model=printable(entry.name)),
            Icon.LIBRARY,
            lambda: _done(acts.show_channels(entry.name)),
        )
    if version is None or context.engine() is None:
        return
    name = printable(f"{entry.name} {version.name}".strip())
    yield PaletteEntry(
        tr("Run {version}…", version=name), Icon.RELEASES, partial(acts.run, version)
    )
    if entry.group is Group.MODEL:
        yield PaletteEntry(
            tr("Push {version}…", version=name), Icon.RELEASES, partial(acts.push, version)
        )
    if not acts.removal_refusal([version]):
        yield PaletteEntry(
            tr("Remove {version}…", version=name),
            Icon.CLOSE,
            lambda: _done(acts.confirm_removal([version])),
        )


def remote_entries(
    context: Context, entry: Model, remote: Sequence[RemoteVersion], acts: VersionActions
) -> Iterator[PaletteEntry]:
    """Pull what only a registry has of the chosen model."""
    if context.engine() is None:
        return
    here = {version.key.image for version in entry.versions}
    there = (one for one in remote if one.image not in here)
    for one in islice(there, _MOST_REMOTE):
        name = printable(f"{entry.name} {one.tag}")
        yield PaletteEntry(
            tr("Pull {version}", version=name),
            Icon.RELEASES,
            partial(acts.pull, one, entry.name),
        )


def running_entries(
    entry: RunningEntry, back: VersionTarget | None, actions: ReleaseActions, over: QWidget
) -> Iterator[PaletteEntry]:
    """Roll back, stop or start, and remove what runs; `back` is where one step back leads."""
    name = printable(entry.name)
    deployment, container = entry.deployment, entry.container
    if deployment is not None and back is not None:
        yield PaletteEntry(
            tr("Roll back {name} to {version}…", name=name, version=version_text(back.reference)),
            Icon.RELEASES,
            lambda: _done(actions.confirm_rollback(deployment, back, over)),
        )
    stop_or_start = _stop_or_start(entry, actions)
    if stop_or_start is not None:
        text = tr("Stop {name}", name=name) if entry.running else tr("Start {name}", name=name)
        yield PaletteEntry(text, Icon.RELEASES, stop_or_start)
    if deployment is not None:
        yield PaletteEntry(
            tr("Remove the deployment {name}…", name=name),
            Icon.CLOSE,
            lambda: _done(actions.confirm_remove(deployment, container, over)),
        )
    elif container is not None:
        yield PaletteEntry(
            tr("Remove the container {name}…", name=name),
            Icon.CLOSE,
            lambda: _done(actions.confirm_remove_container(container, over)),
        )


def _stop_or_start(entry: RunningEntry, actions: ReleaseActions) -> Callable[[], None] | None:
    if entry.deployment is not None:
        key = entry.deployment.key
        act = actions.stop if entry.running else actions.start
        return lambda: _done(act(key))
    if entry.container is not None:
        container = entry.container
        work = actions.stop_container if entry.running else actions.start_container
        return lambda: _done(work(container))
    return None


def _done(_begun: object) -> None:
    """What was begun tells by itself how it goes."""
