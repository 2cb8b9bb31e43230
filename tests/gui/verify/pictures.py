"""Pictures of a version made again: see `tests.gui.pictures`."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

from modeldesk.core.compare.config import ConfigDifference, Setting
from modeldesk.core.compare.layers import PairState
from modeldesk.core.ids import ImageId
from modeldesk.core.verify.model import Because, Cause, Verification, VerifiedLayer
from modeldesk.core.verify.second_images import SecondImages
from modeldesk.core.verify.service import VerifyService
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.verify.dialog import VerifyDialog
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.image_source import contents_of
from tests.gui.build.bench import Bench
from tests.gui.pictures import Scene, by_name, live, take_all, until

SIZES = {"": QSize(1440, 900)}
ONE, OTHER = ImageId("sha256:" + "a" * 64), ImageId("sha256:" + "b" * 64)
SAME = VerifiedLayer("COPY requirements.txt /app/", PairState.SHARED, {})


def same(bench: Bench) -> None:
    _show(bench, Verification(ONE, OTHER, "", (SAME, SAME), ()))


def different(bench: Bench) -> None:
    pip = VerifiedLayer(
        "RUN pip install --no-cache-dir -r requirements.txt",
        PairState.CHANGED,
        {
            Cause.TIMES: Because(2140, (b"usr/local/lib/python3.11/site-packages/numpy/",) * 5),
            Cause.HELD_TIMES: Because(1, (b"etc/shadow",)),
            Cause.PIP: Because(12, (b"usr/lib/numpy-2.1.0.dist-info/RECORD",)),
            Cause.CONTENT: Because(1, ("app/票据识别/模型-v2.bin".encode(),)),
        },
    )
    config = (ConfigDifference(Setting.LABEL, "org.example.team", None, "ml"),)
    _show(bench, Verification(ONE, OTHER, "", (SAME, pip), config))


def failed(bench: Bench) -> None:
    _open(bench)


def _open(bench: Bench) -> VerifyDialog:
    bench.add_versions("v1.4.0")
    (model,) = bench.context.hub.snapshot.models
    contents = contents_of(bench.engine, {}, FakeContentRecords())
    service = VerifyService(
        bench.builds, lambda: contents, SecondImages(FakeDeploymentLocks(), "me")
    )
    dialog = VerifyDialog(bench.context, lambda: service, model.versions[0], bench.page)
    dialog.open()
    until(dialog.banner.isVisible)
    return dialog


def _show(bench: Bench, found: Verification) -> None:
    dialog = _open(bench)
    dialog.banner.dismiss()
    dialog.show_result(found)


SCENES = by_name(same, different, failed)


def take(scene: Scene[Bench], theme: Theme, size: QSize, home: Path, target: Path) -> None:
    """One picture."""
    tasks = TaskRunner()
    bench = Bench(theme, tasks, home)
    bench.page.show()
    scene(bench)
    live(0.2)
    dialog = bench.page.findChild(QDialog)
    (dialog or bench.page).grab().save(str(target))
    tasks.shutdown(10)
    bench.page.close()
    bench.page.deleteLater()


if __name__ == "__main__":
    take_all(SCENES, take, SIZES)
