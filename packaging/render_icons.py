"""Draw the icon at the sizes that desktops ask for, from ``resources/icons/modeldesk.svg``.

QT_QPA_PLATFORM=offscreen .venv/bin/python packaging/render_icons.py
"""

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parent / "icons"
DRAWING = ICONS.parents[1] / "resources" / "icons" / "modeldesk.svg"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def main() -> int:
    application = QGuiApplication([])
    drawing = QSvgRenderer(str(DRAWING))
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawing.render(painter)
        painter.end()
        image.save(str(ICONS / f"modeldesk-{size}.png"))
    application.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
