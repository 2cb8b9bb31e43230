"""An image whose files are looked at. Everything here takes a while and is called in workers;
what was made once is kept."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import RLock

from modeldesk.core.contents.advice.advise import advise
from modeldesk.core.contents.advice.model import Advice
from modeldesk.core.contents.dive import DiveScore, score
from modeldesk.core.contents.duplicates import Duplicates, find_duplicates
from modeldesk.core.contents.extract import Read
from modeldesk.core.contents.figures import Figures, figures, kinds_of_rows
from modeldesk.core.contents.model import ImageContents, Place
from modeldesk.core.contents.search import PathSearch
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.tree import FileTree
from modeldesk.core.contents.view import FileView
from modeldesk.core.contents.waste import Waste, find_waste
from modeldesk.core.jobs import Job
from modeldesk.ui.inspector.tiles_of import KindSums

_KEPT = 3
"""Choices of layers that stay ready. Each holds a few megabytes for a hundred thousand files."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files are looked at: those of a layer, or all up to it."""

    layer: int
    alone: bool = False


class Files:
    """The files of one choice."""

    def __init__(self, contents: ImageContents, choice: Choice, view: FileView) -> None:
        self.choice = choice
        self.view = view
        self.tree = FileTree(view)
        self._contents = contents
        self._lock = RLock()
        self._search: PathSearch | None = None
        self._sums: KindSums | None = None

    def search(self) -> PathSearch:
        """The search among them, made when it is first asked for."""
        with self._lock:
            if self._search is None:
                self._search = PathSearch(self.view)
            return self._search

    def sums(self) -> KindSums:
        """Bytes by kind for any run of rows."""
        with self._lock:
            if self._sums is None:
                kinds = kinds_of_rows(self.view, self._contents.layers)
                self._sums = KindSums(self.view, kinds)
            return self._sums


class OpenImage:
    """Contents of one image at one place."""

    def __init__(self, place: Place, contents: ImageContents) -> None:
        self.place = place
        self.contents = contents
        self._lock = RLock()
        self._ready: OrderedDict[Choice, Files] = OrderedDict()

    @property
    def top(self) -> int:
        """The uppermost layer; −1 where there is none."""
        return len(self.contents.layers) - 1

    def files(self, choice: Choice) -> Files:
        """The files of `choice`."""
        with self._lock:
            ready = self._ready.pop(choice, None)
            if ready is None:
                view = self._stack.view(choice.layer)
                view = view.of_top_layer() if choice.alone else view
                ready = Files(self.contents, choice, view)
            self._ready[choice] = ready
            while len(self._ready) > _KEPT:
                self._ready.popitem(last=False)
            return ready

    def figures(self) -> Figures:
        """What the Layers tab tells of them."""
        view = self.files(Choice(self.top)).view
        return figures(self.contents, self._waste, view)

    def waste(self) -> Waste:
        """What would be gone if the image were squashed, and where."""
        return self._waste

    def dive(self) -> DiveScore:
        """dive's score. Not kept: it names every path that is written twice."""
        return score([layer.index for layer in self.contents.layers])

    def duplicates(self, read: Read, job: Job) -> tuple[Duplicates, ...]:
        """Equal files at several paths; their content is read."""
        return find_duplicates(self.files(Choice(self.top)).view, read, job)

    def advice(self) -> tuple[Advice, ...]:
        """What could be better. Of very many files it takes seconds."""
        return advise(self.contents, self._stack, self._waste)

    @cached_property
    def _waste(self) -> Waste:
        return find_waste(self._stack)

    @cached_property
    def _stack(self) -> Stack:
        return Stack([layer.index for layer in self.contents.layers])
