"""Where a test runs, and the end of a QObject."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread


def in_ui_thread() -> bool:
    app = QCoreApplication.instance()
    return app is not None and QThread.currentThread() is app.thread()


def destroy(target: QObject) -> None:
    target.deleteLater()
    QCoreApplication.sendPostedEvents(target, QEvent.Type.DeferredDelete.value)
