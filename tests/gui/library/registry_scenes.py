"""The library page with what registries have: see `tests.gui.library.pictures`."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from modeldesk.core.errors import RegistryUnavailable
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.remote_model import RemoteArtifact, RemoteVersion, RemoteVersions
from modeldesk.core.metadata.keys import read_pair
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.ui.library.registries_dialog import RegistriesDialog
from modeldesk.ui.links import LibraryLink
from tests.gui.library.bench import Bench
from tests.gui.library.sample_data import MB, NOW, REGISTRY, fill_engine, fill_releases
from tests.gui.pictures import live, until

HOST = REGISTRY.partition("/")[0]
KNOWN = (
    KnownRegistry(HOST, "Team"),
    KnownRegistry("prod.lan", "生产环境镜像仓库"),
    KnownRegistry("away.example.com"),
)
_ARM = ("linux/amd64", "linux/arm64/v8")


def there(
    tag: str,
    number: int,
    model: str = "recommendation",
    *,
    registry: str = REGISTRY,
    accuracy: float = 0.91,
    platforms: tuple[str, ...] = ("linux/amd64",),
) -> RemoteVersion:
    """A version of a registry, so many days old."""
    sizes = {
        LayerKind.BASE_IMAGE: 31 * MB,
        LayerKind.DEPENDENCIES: (120 + number % 40) * MB,
        LayerKind.APPLICATION: 200_000,
        LayerKind.MODEL_WEIGHTS: (160 + number % 90) * MB,
    }
    labels = {
        "io.modeldesk.model.framework": "pytorch 2.4",
        "io.modeldesk.model.metrics": f'{{"accuracy": {accuracy}, "p95_ms": 18.5}}',
        "org.opencontainers.image.revision": f"{number:08x}" * 5,
    }
    digest, image = (
        f"sha256:{sha256(f'{what}{model}{number}'.encode()).hexdigest()}" for what in "mc"
    )
    return RemoteVersion(
        f"{registry}/{model}", tag, digest, ImageId(image),
        NOW - timedelta(days=number), model, sizes, labels=labels, platforms=platforms,
        attestations=2 if len(platforms) > 1 else 0,
    )  # fmt: skip


def know_registries(bench: Bench) -> None:
    settings = bench.context.settings
    settings.change(replace(settings.current, registries=KNOWN))


def fill_registries(bench: Bench) -> None:
    """One with models of here and of its own, one in Chinese, and one that is away."""
    own = bench.registry.repositories
    stable = there("v1.4.0", 3, accuracy=0.941)
    own[f"{REGISTRY}/recommendation"] = RemoteVersions(
        (
            there("v0.8.0", 220, accuracy=0.871),
            there("v0.9.0", 190, accuracy=0.884),
            stable,
            there("v1.5.0", 1, accuracy=0.952, platforms=_ARM),
        ),
        (),
        {"stable": stable.digest, "candidate": there("v1.5.0", 1).digest},
        (RemoteArtifact(f"{REGISTRY}/recommendation", "chart", "sha256:c", "application/x"),),
    )
    own[f"{REGISTRY}/speech-to-text"] = RemoteVersions(
        tuple(
            there(f"v2.{n}.0", 40 - n, "speech-to-text", platforms=_ARM, accuracy=0.8 + n / 100)
            for n in range(6)
        )
    )
    long = "team/a-model-whose-name-was-made-by-a-generator-that-never-learned-when-to-stop"
    own[f"prod.lan/{long}"] = RemoteVersions(
        (there(f"v1-{'y' * 100}", 12, long, registry="prod.lan", platforms=_ARM * 4),)
    )
    chinese = replace(there("v3.0.0", 6, "ocr", registry="prod.lan"), model="票据识别与结构化抽取")
    own["prod.lan/ocr"] = RemoteVersions((chinese, replace(chinese, tag="latest")))
    bench.registry.failing["away.example.com"] = RegistryUnavailable(
        "The registry away.example.com does not answer.",
        "Check its address, the network, and proxy settings, then try again.",
    )


def joined(bench: Bench) -> None:
    """Versions here, there and in both, and a tag that moved."""
    fill_registries(bench)
    know_registries(bench)
    images = fill_engine(bench.engine)
    fill_releases(bench.release_records, images)
    bench.connect_engine()
    bench.releases.read()
    until(lambda: bool(bench.hub.snapshot.models) and _all_asked(bench))
    bench.choice.follow_link(LibraryLink(ModelName("recommendation"), images["v1.4.0"]))
    live(0.6)


def only_there(bench: Bench) -> None:
    """A model that no engine has."""
    joined(bench)
    bench.choice.follow_link(LibraryLink(ModelName("speech-to-text")))
    live(0.4)


def weights_there(bench: Bench) -> None:
    """Weights without an image, of which something was said since."""
    joined(bench)
    made = there("v3.0.0", 1, "weights-only", platforms=())
    weights = replace(made, artifact="ModelPack", image=ImageId(made.digest))
    bench.registry.repositories[made.repository] = RemoteVersions((weights,))
    told = ("metric.accuracy=0.951", "tag.owner=ann", "param.lr=3e-4", "training_time=1h30min")
    given = dict(map(read_pair, told))
    bench.metadata.edit(weights.image, weights.labels or {}, given, reason="measured on new data")
    bench.catalog.refresh(HOST)
    until(lambda: any(one.name == "weights-only" for one in bench.hub.snapshot.models))
    bench.choice.follow_link(LibraryLink(ModelName("weights-only")))
    live(0.6)


def weights_form(bench: Bench) -> None:
    weights_there(bench)
    bench.page.inspector.remote.registered.edit.click()


def small_weights(bench: Bench) -> None:
    bench.window.resize(1024 - 60, 700 - 30)
    weights_there(bench)
    bench.page.header.details.click()


def long_there(bench: Bench) -> None:
    joined(bench)
    name = next(one.name for one in bench.hub.snapshot.models if one.name.startswith("team/a-"))
    bench.choice.follow_link(LibraryLink(name))
    live(0.4)


def moved_alone(bench: Bench) -> None:
    joined(bench)
    bench.page.where._buttons["moved"].click()
    bench.panel.where._buttons["there"].click()


def asking(bench: Bench) -> None:
    joined(bench)
    bench.registry.waits = True
    bench.catalog.refresh_all()


def registries(bench: Bench) -> None:
    """All of them, in a dialog."""
    joined(bench)
    dialog = RegistriesDialog(bench.context, bench.catalog, bench.window)
    dialog.open()
    dialog.table.select_key("away.example.com")
    dialog.table.row_selected.emit("away.example.com")


def ten_thousand_there(bench: Bench) -> None:
    bench.registry.repositories[f"{REGISTRY}/big"] = RemoteVersions(
        tuple(there(f"v{n // 100}.{n % 100}.0", n, "big") for n in range(10_000))
    )
    know_registries(bench)
    bench.connect_engine()
    until(lambda: bool(bench.hub.snapshot.models), 60)


def nothing_there(bench: Bench) -> None:
    know_registries(bench)
    bench.connect_engine()
    until(lambda: _all_asked(bench))


def _all_asked(bench: Bench) -> bool:
    return all(not one.asking and (one.look or one.trouble) for one in bench.catalog.states())


SCENES = (
    joined, only_there, weights_there, weights_form, small_weights, long_there, moved_alone,
    asking, registries, ten_thousand_there, nothing_there,
)  # fmt: skip
