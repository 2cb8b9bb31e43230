"""What looks into images: layers that are read, and what is kept of them."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from modeldesk.composition.ground import Ground
from modeldesk.late import LateContents, Once
from modeldesk.sources import IndexParts, open_source

if TYPE_CHECKING:
    from modeldesk.core.contents.model import Place
    from modeldesk.core.contents.ports import ContentRecords, ImageSource
    from modeldesk.core.contents.service import Contents


class ContentParts(Ground):
    """What is inside images."""

    def use_layers(self, path: Path) -> None:
        """Keep what is read of layers in `path` instead, where the usual file can't be used."""
        self.paths = replace(self.paths, layers=path)

    @Once
    def layer_records(self) -> "ContentRecords":
        """What was read of layers. Raises `RecordsError`."""
        return self._index_parts.open_records()

    @Once
    def contents(self) -> "Contents":
        """What is inside images, for a window: layers are read in a process of their own."""
        from modeldesk.adapters.index_process.indexer import ProcessIndexer
        from modeldesk.core.contents.service import Contents

        indexer = ProcessIndexer(lambda: self._index_parts)
        return Contents(self.layer_records, indexer, self._open_source)

    @property
    def late_contents(self) -> LateContents:
        """As `contents`, but the records are first opened by whoever asks for an image."""
        return LateContents(lambda: self.contents)

    @Once
    def contents_here(self) -> "Contents":
        """What is inside images, for a command: layers are read in this process."""
        from modeldesk.core.contents.indexing import DirectIndexer
        from modeldesk.core.contents.service import Contents

        indexer = DirectIndexer(self.layer_records, self._open_source)
        return Contents(self.layer_records, indexer, self._open_source)

    @property
    def _index_parts(self) -> IndexParts:
        settings = self.settings
        return IndexParts(self.paths.layers, settings.layer_records_mb, settings.registries)

    def _open_source(self, place: "Place") -> "ImageSource":
        return open_source(place, self.settings.registries)

    def close(self) -> None:
        """See `Ground.close`."""
        if "layer_records" in self.__dict__:
            self.layer_records.close()
        super().close()
