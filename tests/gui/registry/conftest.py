"""The library page, filled, with registries that answer."""

from tests.gui.library.conftest import bench, images

__all__ = ["bench", "images"]
