"""The library of one program: what is on the engine, kept up to date as it changes."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.courtesy import go_on
from modeldesk.core.errors import NotFound, RecordsError
from modeldesk.core.ids import ContainerId, DiffId, ImageId
from modeldesk.core.images import ImageDetail, ImageSummary
from modeldesk.core.jobs import Job
from modeldesk.core.layers.stack import Stack, read_stack
from modeldesk.core.library.catalog import Joiner, RemoteCatalog
from modeldesk.core.library.filling import fill
from modeldesk.core.library.grouping import EditedMetrics, LocalImage
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.ports import ImageRecords, ToldKinds
from modeldesk.core.library.snapshot import make_snapshot
from modeldesk.core.ports import ImageEngine

if TYPE_CHECKING:
    from modeldesk.core.layers.parts import Told

logger = logging.getLogger(__name__)

LIST_AGAIN_ABOVE = 20
"""Ids from which one list call is cheaper than asking for each."""
_BATCH = 50
_READ_AT_ONCE_S = 0.05
"""How long reading kept details may hold back a list; `fill_details` reads the rest."""

_Id = TypeVar("_Id")
_Summary = TypeVar("_Summary")


@dataclass(frozen=True, slots=True)
class _Answer(Generic[_Id, _Summary]):
    """What the engine said. `whole`: it is everything there is; else None is for what is gone."""

    whole: bool
    found: Mapping[_Id, _Summary | None]

    def onto(self, known: Mapping[_Id, _Summary]) -> dict[_Id, _Summary]:
        """`known` as it is after this answer."""
        merged = dict(self.found) if self.whole else {**known, **self.found}
        return {key: summary for key, summary in merged.items() if summary is not None}


class Library:
    """Holds the last snapshot. Every method may be called from any thread; those that ask the
    engine what is there wait for each other, so that an older answer never replaces a newer."""

    def __init__(
        self,
        records: ImageRecords,
        kinds: Callable[[], ToldKinds] | None = None,
        edited: Callable[[], Mapping[ImageId, EditedMetrics]] = dict,
        give_way: Callable[[], None] = go_on,
    ) -> None:
        """`kinds` opens what layers tell of their kinds, in the thread that needs it. None: they
        are judged by their instructions alone. `edited` tells what was said of metrics since
        images were built; it may raise `RecordsError`. `give_way` is called now and then while a
        snapshot is made."""
        self._read_edited = edited
        self._edited: Mapping[ImageId, EditedMetrics] = {}
        self._records = records
        self._kinds = kinds
        self._give_way = give_way
        self._told: dict[DiffId, Told] = {}
        self._sizes: dict[DiffId, int] = {}
        """Of layers whose files were read."""
        self._kinds_known = kinds is None
        self._asking = threading.Lock()
        self._state = threading.Lock()
        self._images: dict[ImageId, ImageSummary] = {}
        self._containers: dict[ContainerId, ContainerSummary] = {}
        self._stacks: dict[ImageId, Stack] = {}
        self._judged: dict[ImageId, Stack] = {}
        """The same, with what is told of their layers."""
        self._unreadable: set[ImageId] = set()
        self._being_read: set[ImageId] = set()
        self._catalog = RemoteCatalog()
        self._joiner = Joiner(self._catalog)
        self._snapshot = LibrarySnapshot()

    @property
    def snapshot(self) -> LibrarySnapshot:
        """The last one made; empty before the first `reload`."""
        return self._snapshot

    def reload(self, engine: ImageEngine) -> LibrarySnapshot:
        """Read all images and containers, one call each. Layers come from what is kept of
        earlier inspections; the rest is left to `fill_details`. Raises `EngineError`."""
        with self._state:
            self._unreadable.clear()
        return self.apply(engine, Changes(every_image=True, every_container=True))

    def apply(self, engine: ImageEngine, changes: Changes) -> LibrarySnapshot:
        """Read again what `changes` names, and nothing else. Raises `EngineError`."""
        if changes.layers:
            self._learn_kinds(changes.layers)
        if not changes.touches_images and not changes.touches_containers:
            return self._snapshot
        with self._asking:
            images = _ask_images(engine, changes)
            containers = _ask_containers(engine, changes)
            self._read_kept(image for image, summary in images.found.items() if summary)
            edited = self._said_since() if changes.touches_images else self._edited
            with self._state:
                self._edited = edited
                self._images = images.onto(self._images)
                if not images.whole:
                    self._take_moved_tags(images.found)
                self._containers = containers.onto(self._containers)
                self._forget_what_is_gone()
                return self._remake()

    def fill_details(
        self, engine: ImageEngine, job: Job, on_snapshot: Callable[[LibrarySnapshot], None]
    ) -> LibrarySnapshot:
        """Read the layers of every image that has none yet: from the records, else by
        inspecting it. `on_snapshot` is called in this thread, at most about twice a
        second, with each newer snapshot; the last one is also returned. What was read is kept
        when the job is cancelled. Raises `EngineUnavailable`, `Cancelled`."""
        mine = self._claim()
        try:
            if mine:
                fill(mine, engine, self._records, job, self._read, self._learn, on_snapshot)
        finally:
            with self._state:
                self._being_read.difference_update(mine)
        return self._snapshot

    def learn_kinds(self) -> LibrarySnapshot:
        """Read what is known of the content of layers, all at once. Opening that may take a
        while, so it is asked for when the list is there. Where it can't be read, what layers are
        remains what their instructions say."""
        return self._learn_kinds(None)

    def use_catalog(self, catalog: RemoteCatalog) -> LibrarySnapshot:
        """Join what registries have with what is here, from now on."""
        edited = self._said_since()
        with self._state:
            self._edited = edited
            self._catalog = catalog
            self._judge_catalog()
            return self._remake()

    @property
    def catalog(self) -> RemoteCatalog:
        """What is joined."""
        return self._joiner.catalog

    def detail(self, engine: ImageEngine, image: ImageId) -> ImageDetail:
        """Everything that inspecting tells of an image. Raises `NotFound`, `EngineError`."""
        kept = self._kept([image])
        if image in kept:
            return kept[image]
        detail = engine.image_detail(image)
        try:
            self._records.keep_image_details([detail])
        except RecordsError as error:
            logger.info("an image's detail can't be kept: %s", error)
        return detail

    def _claim(self) -> list[ImageId]:
        """The images whose layers nobody reads yet, named ones first, newest first."""
        with self._state:
            unread = [
                image
                for image in self._images.values()
                if image.id not in self._stacks
                and image.id not in self._unreadable
                and image.id not in self._being_read
            ]
            unread.sort(key=lambda image: (bool(image.tags), image.created), reverse=True)
            mine = [image.id for image in unread]
            self._being_read.update(mine)
            return mine

    def _learn_kinds(self, layers: Collection[DiffId] | None) -> LibrarySnapshot:
        """Of `layers`, or of all."""
        found: Mapping[DiffId, Told] = {}
        if self._kinds is not None:
            try:
                found = self._kinds().told_layers(layers)
            except RecordsError as error:
                logger.info("what layers tell of their kinds can't be read: %s", error)
        with self._state:
            known = self._kinds_known or layers is None
            news = {layer: told for layer, told in found.items() if self._told.get(layer) != told}
            if not news:
                if known != self._kinds_known:
                    self._kinds_known = known
                    self._snapshot = replace(self._snapshot, kinds_known=known)
                return self._snapshot
            self._told.update(news)
            self._sizes.update((layer, told.size_bytes) for layer, told in news.items())
            self._kinds_known = known
            self._judge_catalog()
            doubtful = []
            for image, stack in self._stacks.items():
                if not news.keys().isdisjoint(stack.diff_ids):
                    self._judged[image] = stack.judged(self._told)
                    if stack.contradicts(self._sizes):
                        doubtful.append(image)
            if not doubtful:
                return self._remake()
        # Which instruction made which of their layers was a guess, and can be told better now.
        stacks = {image: self._read(detail) for image, detail in self._kept(doubtful).items()}
        return self._learn(stacks, ())

    def _judge_catalog(self) -> None:
        told = self._told
        versions = tuple(one.judged(told) for one in self._catalog.versions)
        self._joiner = Joiner(replace(self._catalog, versions=versions))

    def _read(self, detail: ImageDetail) -> Stack:
        return read_stack(detail, self._sizes)

    def _learn(
        self, stacks: Mapping[ImageId, Stack], unreadable: Iterable[ImageId]
    ) -> LibrarySnapshot:
        with self._state:
            self._take(stacks)
            self._unreadable.update(unreadable)
            self._forget_what_is_gone()
            return self._remake()

    def _kept(self, ids: Iterable[ImageId]) -> Mapping[ImageId, ImageDetail]:
        """Kept details; none where the records fail, since the engine knows them too."""
        try:
            return self._records.image_details(ids)
        except RecordsError as error:
            logger.info("image details can't be read from the records: %s", error)
            return {}

    def _read_kept(self, ids: Iterable[ImageId]) -> None:
        """Layers from the records, as many as fit into a moment."""
        unread = iter([image for image in ids if image not in self._stacks])
        deadline = time.monotonic() + _READ_AT_ONCE_S
        while time.monotonic() < deadline and (batch := list(islice(unread, _BATCH))):
            stacks = {image: self._read(detail) for image, detail in self._kept(batch).items()}
            with self._state:
                self._take(stacks)

    def _take(self, stacks: Mapping[ImageId, Stack]) -> None:
        self._stacks.update(stacks)
        self._judged.update((image, stack.judged(self._told)) for image, stack in stacks.items())

    def _said_since(self) -> Mapping[ImageId, EditedMetrics]:
        """As it was known where the records fail: labels tell the most."""
        try:
            return self._read_edited()
        except RecordsError as error:
            logger.info("edits of metadata can't be read from the records: %s", error)
            return self._edited

    def _take_moved_tags(self, found: Mapping[ImageId, ImageSummary | None]) -> None:
        """Of a tag that moved the engine speaks only for the image that has it now."""
        moved = {tag for summary in found.values() if summary for tag in summary.tags}
        for image, summary in self._images.items():
            if image not in found and not moved.isdisjoint(summary.tags):
                left = tuple(tag for tag in summary.tags if tag not in moved)
                self._images[image] = replace(summary, tags=left)

    def _forget_what_is_gone(self) -> None:
        for gone in self._stacks.keys() - self._images.keys():
            del self._stacks[gone], self._judged[gone]
        self._unreadable &= self._images.keys()

    def _remake(self) -> LibrarySnapshot:
        stacks = self._judged
        made = make_snapshot(
            [
                LocalImage(image, stacks.get(image.id), self._edited.get(image.id))
                for image in self._images.values()
            ],
            self._containers.values(),
            frozenset(self._unreadable),
            kinds_known=self._kinds_known,
            give_way=self._give_way,
        )
        self._snapshot = self._joiner.join(made, self._edited)
        return self._snapshot


def _ask_images(engine: ImageEngine, changes: Changes) -> _Answer[ImageId, ImageSummary]:
    # What an event names by something else than an id can only be found by listing.
    strange = any(not image.startswith("sha256:") for image in changes.images)
    if changes.every_image or strange or len(changes.images) > LIST_AGAIN_ABOVE:
        return _Answer(True, {image.id: image for image in engine.list_images()})
    return _Answer(False, {image: engine.image_summary(image) for image in changes.images})


def _ask_containers(
    engine: ImageEngine, changes: Changes
) -> _Answer[ContainerId, ContainerSummary]:
    if changes.every_container or len(changes.containers) > LIST_AGAIN_ABOVE:
        return _Answer(True, {c.id: c for c in engine.list_containers()})
    return _Answer(False, {c: _container(engine, c) for c in changes.containers})


def _container(engine: ImageEngine, container: ContainerId) -> ContainerSummary | None:
    try:
        return engine.container(container).summary
    except NotFound:
        return None
