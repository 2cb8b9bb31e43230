"""The compare page with all it needs, on images that are in memory."""

import threading
from collections.abc import Collection, Iterator
from pathlib import Path

from PySide6.QtCore import QObject

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import EngineImage, ImageContents, LayerContents, Place
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import ArchiveError, ModelDeskError, NotFound
from modeldesk.core.ids import DiffId, ImageId, ModelName
from modeldesk.core.images import ImageConfig
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import LibrarySnapshot, Model
from modeldesk.core.library.service import Library
from modeldesk.ui.compare.images_view import ImagesView
from modeldesk.ui.compare.looking import look_inside_archive
from modeldesk.ui.compare.picks import VersionPick
from modeldesk.ui.compare.result import make_result
from modeldesk.ui.making import at_once
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_images import Step
from tests.fakes.records import FakeImageRecords
from tests.gui.parts import Heard, make_context
from tests.unit.core.compare.images import image, one_layer
from tests.unit.core.contents.layers import Item, file, layer

MB = 1_000_000
SITE = "usr/local/lib/python3.11/site-packages"
DPKG = "var/lib/dpkg/status"


class FakeContents:
    """Implements `ContentsSource`. Images in `unread` are not known until they are read; a
    reading waits while `gate` is shut."""

    def __init__(self) -> None:
        self.images: dict[str, ImageContents] = {}
        """By image id, or by the name of a place."""
        self.unread: set[str] = set()
        self.failing: dict[str, ModelDeskError] = {}
        self.reads: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def known(
        self, place: Place, token: CancelToken, base_layers: int | None = None
    ) -> ImageContents | None:
        key = _key(place)
        if key in self.failing:
            raise self.failing[key]
        return None if key in self.unread else self._image(key)

    def read(self, place: Place, job: Job, base_layers: int | None = None) -> ImageContents:
        key = _key(place)
        if key in self.unread:
            self.reads.append(key)
            job.report(Progress("Reading layers", 120 * MB, 352 * MB, Unit.BYTES))
            while not self.gate.wait(0.01):
                job.token.raise_if_cancelled()
            self.unread.discard(key)
        return self._image(key)

    def file(
        self, place: Place, layer: DiffId, entry: Entry, token: CancelToken, stamp: str
    ) -> Iterator[bytes]:
        yield bytes(entry.size_bytes)

    def files(
        self,
        place: Place,
        layer: DiffId,
        entries: Collection[Entry],
        token: CancelToken,
        stamp: str,
    ) -> Iterator[tuple[Entry, bytes]]:
        for entry in entries:
            yield entry, bytes(entry.size_bytes)

    def _image(self, key: str) -> ImageContents:
        if key not in self.images:
            raise NotFound(f"There is no image “{key}”.")
        return self.images[key]


def _key(place: Place) -> str:
    return place.image if isinstance(place, EngineImage) else place.name


class Bench(QObject):
    """What a test takes hold of. Call `close` at its end."""

    def __init__(self, theme: Theme, folder: Path) -> None:
        super().__init__()
        self.engine = FakeEngine()
        self.online = True
        self.tasks = TaskRunner()
        self.context = make_context(
            theme, self.tasks, folder, engine=lambda: self.engine if self.online else None
        )
        self.heard = Heard(self.context)
        self.contents = FakeContents()
        self.archives: dict[str, tuple[str, ...]] = {}
        self.looked_at: Model | None = None
        self.page = ImagesView(
            self.context,
            self.contents,
            self._names_in,
            lambda: self.looked_at,
            at_once(make_result(theme)),
        )

    def connect_engine(self) -> LibrarySnapshot:
        """The engine answers, and everything on it is known."""
        library = Library(FakeImageRecords())
        library.reload(self.engine)
        snapshot = library.fill_details(self.engine, Job(), lambda _: None)
        self.context.hub.publish_connection(Connection(ConnectionState.CONNECTED, self.engine.info))
        self.context.hub.publish_snapshot(snapshot)
        return snapshot

    def add_version(self, reference: str, contents: ImageContents) -> VersionPick:
        """A version on the engine with these contents."""
        model = reference.rpartition(":")[0]
        step = Step(f"COPY {reference} /", contents.size_bytes, reference)
        made = self.engine.add_image(
            reference, steps=[step], labels={"io.modeldesk.model.name": model}
        )
        self.contents.images[made] = contents
        return VersionPick(ModelName(model), ImageId(made))

    def look_inside(self, archive: Path) -> None:
        """As the window's menu does."""
        look_inside_archive(self.context, self.contents, self._names_in, archive, self.page)

    def close(self) -> None:
        """Leave nothing behind."""
        self.contents.gate.set()
        self.tasks.shutdown(10)
        self.page.close()
        self.page.deleteLater()
        self.deleteLater()

    def _names_in(self, path: Path, _token: CancelToken) -> tuple[str, ...]:
        if path.name not in self.archives:
            raise ArchiveError(f"“{path.name}” is no image archive.", "Choose another file.")
        return self.archives[path.name]


def status(*packages: tuple[str, str]) -> bytes:
    """A Debian package database."""
    return b"\n".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: {version}\n".encode()
        for name, version in packages
    )


_DEBIAN = [(f"lib{n}", "1.0-1") for n in range(97)]
_TOOLS = [(f"tool{n}", "12.2-1") for n in range(115)]
_BASE = one_layer(
    "base",
    layer(
        *(file(f"usr/lib/x86_64-linux-gnu/lib{n}.so", MB) for n in range(120)),
        file(DPKG, 40_000),
        kept={DPKG: status(*_DEBIAN)},
    ),
    "ADD rootfs.tar.xz / # buildkit",
    LayerKind.BASE_IMAGE,
    48 * MB,
)
_WEIGHTS = one_layer(
    "weights",
    layer(file("models/recommendation_v2.safetensors", 44 * MB)),
    "COPY recommendation_v2.safetensors /models/",
    LayerKind.MODEL_WEIGHTS,
    40 * MB,
)


def single_stage() -> ImageContents:
    """As people build at first: with compilers, headers, caches and tests left inside."""
    tools = one_layer(
        "tools",
        layer(
            file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 80 * MB),
            file("usr/lib/gcc/x86_64-linux-gnu/12/lto1", 68 * MB),
            *(file(f"usr/include/c++/12/h{n}.h", 41_000) for n in range(1000)),
            file("usr/lib/git-core/git", 73 * MB),
            file(DPKG, 90_000, modified=1),
            kept={DPKG: status(*_DEBIAN, *_TOOLS)},
        ),
        "RUN apt-get update && apt-get install -y build-essential git",
        LayerKind.SYSTEM_PACKAGES,
        86 * MB,
    )
    packages = one_layer(
        "packages",
        layer(
            *_packages(torch=390, numpy="1.26.4"),
            *(file(f"{SITE}/torch/test/t{n}.py", 960_000) for n in range(100)),
            *(file(f"root/.cache/pip/http/{n}", 2 * MB) for n in range(106)),
        ),
        "RUN pip install -r requirements.txt",
        LayerKind.DEPENDENCIES,
        300 * MB,
    )
    code = _code("single", 1)
    return image(
        "single",
        [_BASE, tools, packages, _WEIGHTS, code],
        ImageConfig(command=("python", "serve.py"), environment=("PATH=/usr/bin", "DEBUG=1")),
        {"io.modeldesk.model.metrics": '{"accuracy": 0.941, "loss": 0.213}'},
    )


def multi_stage() -> ImageContents:
    """The same model, built in two stages."""
    packages = one_layer(
        "venv",
        layer(*_packages(torch=250, numpy="2.0.1"), file("venv/pyvenv.cfg", 84)),
        "COPY --from=builder /venv /venv",
        LayerKind.DEPENDENCIES,
        64 * MB,
    )
    return image(
        "multi",
        [_BASE, packages, _WEIGHTS, _code("multi", 2)],
        ImageConfig(
            command=("python", "serve.py"),
            environment=("PATH=/venv/bin:/usr/bin",),
            user="app",
            exposed_ports=("5000/tcp",),
            healthcheck=("CMD", "python", "-c", "import urllib.request"),
        ),
        {"io.modeldesk.model.metrics": '{"accuracy": 0.943, "loss": 0.208}'},
    )


def _packages(torch: int, numpy: str) -> list[Item]:
    items = [
        file(f"{SITE}/torch/lib/libtorch_cpu.so", torch * MB),
        file(f"{SITE}/torch-2.4.0.dist-info/METADATA", 4_000),
        file(f"{SITE}/numpy/core.so", 30 * MB),
        file(f"{SITE}/numpy-{numpy}.dist-info/METADATA", 4_000),
    ]
    for number in range(36):
        items.append(file(f"{SITE}/dep{number}/__init__.py", 120_000))
        items.append(file(f"{SITE}/dep{number}-1.{number}.dist-info/METADATA", 900))
    return items


def _code(name: str, when: int) -> LayerContents:
    index = layer(file("app/serve.py", 2_100, modified=when), file("app/preprocess.py", 3_000))
    return one_layer(f"code-{name}", index, "COPY serve.py preprocess.py /app/",
                     LayerKind.APPLICATION, 2_000)  # fmt: skip
