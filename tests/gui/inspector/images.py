"""Images whose files are looked at in tests, benchmarks and pictures."""

import random
from functools import cache

from modeldesk.core.contents.model import ImageContents
from modeldesk.core.layers.kinds import LayerKind
from tests.fakes.contents import FileSpec, image_contents, layer_index

_PACKAGES = ("torch", "numpy", "scipy", "pandas", "onnxruntime", "transformers", "PIL", "sklearn")


def sample() -> ImageContents:
    """A small model's image: a base, packages, dependencies, weights, an application, changes."""
    rnd = random.Random(7)
    base: dict[str | bytes, FileSpec] = {"etc/": b"", "usr/": b"", "usr/bin/": b""}
    for name in ("bash", "perl", "tar", "gzip", "python3.11", "openssl"):
        base[f"usr/bin/{name}"] = rnd.randrange(20_000, 6_900_000)
    base |= {
        "etc/passwd": 922,
        "etc/motd": 286,
        "usr/bin/python3": "python3.11",
        "usr/lib/x86_64-linux-gnu/libc.so.6": 1_922_136,
        "usr/lib/x86_64-linux-gnu/libcrypto.so.3": 4_709_912,
        "usr/share/doc/bash/copyright": 12_801,
    }
    system: dict[str | bytes, FileSpec] = {
        "usr/lib/x86_64-linux-gnu/libgomp.so.1": 310_000,
        "var/lib/dpkg/status": 121_000,
        "var/cache/apt/pkgcache.bin": 38_000_000,
    }
    dependencies: dict[str | bytes, FileSpec] = {}
    for package in _PACKAGES:
        for number in range(rnd.randrange(20, 90)):
            path = f"venv/lib/python3.11/site-packages/{package}/module_{number}.py"
            dependencies[path] = rnd.randrange(300, 90_000)
        large = f"venv/lib/python3.11/site-packages/{package}/lib/lib{package}.so"
        dependencies[large] = rnd.randrange(2_000_000, 160_000_000)
    weights: dict[str | bytes, FileSpec] = {
        "models/recommendation_v2.safetensors": 341_000_000,
        "models/tokenizer.json": 2_100_000,
        "models/README.md": 2_800,
    }
    application: dict[str | bytes, FileSpec] = {
        "app/": b"",
        "app/serve.py": 8_200,
        "app/preprocess.py": 5_100,
        "app/static/logo.png": 18_000,
        "app/配置/模型说明.md": 4_400,
        "etc/motd": 310,
        "var/cache/apt/pkgcache.bin": None,
        "models/README.md": None,
    }
    return image_contents(
        [
            ("ADD rootfs.tar.xz /", LayerKind.BASE_IMAGE, layer_index(base)),
            ("RUN apt-get install -y libgomp1", LayerKind.SYSTEM_PACKAGES, layer_index(system)),
            ("COPY --from=builder /venv /venv", LayerKind.DEPENDENCIES, layer_index(dependencies)),
            ("COPY *.safetensors /models/", LayerKind.MODEL_WEIGHTS, layer_index(weights)),
            ("COPY serve.py preprocess.py /app/", LayerKind.APPLICATION, layer_index(application)),
        ],
        "registry.lan:5000/team/recommendation:v1.4.0",
    )


def one_file() -> ImageContents:
    """An image with a single file."""
    files: dict[str | bytes, FileSpec] = {"hello": 13_256}
    return image_contents([("COPY hello /", LayerKind.APPLICATION, layer_index(files))])


def copies() -> ImageContents:
    """Weights that three layers have under other names, and a library that two have."""
    weights: dict[str | bytes, FileSpec] = {"models/model.safetensors": 3_000_000}
    cache: dict[str | bytes, FileSpec] = {
        "root/.cache/huggingface/blobs/0f2c": 3_000_000,
        "venv/lib/libgomp.so.1": 310_000,
    }
    again: dict[str | bytes, FileSpec] = {
        "app/weights/model.bin": 3_000_000,
        "usr/lib/x86_64-linux-gnu/libgomp.so.1": 310_000,
        "app/other.bin": 400_000,
    }
    return image_contents(
        [
            ("COPY model.safetensors /models/", LayerKind.MODEL_WEIGHTS, layer_index(weights)),
            ("RUN huggingface-cli download", LayerKind.DEPENDENCIES, layer_index(cache)),
            ("COPY . /app", LayerKind.APPLICATION, layer_index(again)),
        ]
    )


def odd() -> ImageContents:
    """Names nobody should give."""
    files: dict[str | bytes, FileSpec] = {
        b"caf\xe9/\xff\xfe.bin": 1_000,
        "line\nbreak/\x1b[31mred\u202egnp.exe": 2_000,
        "../../etc/passwd": 30,
        "<b>bold</b>/&amp;.txt": 400,
        "数据集/训练数据（最终版）/第一批标注结果——请勿删除——备份副本.parquet": 44_000_000,
        "n" * 250: 12,
        "/".join(f"deep{level}" for level in range(100)): 5,
        "link-with-a-long-target": "/" + "very/" * 40 + "far",
        "empty": 0,
    }
    instruction = "RUN " + "pip install --no-cache-dir a-long-package-name==1.2.3 " * 8
    return image_contents([(instruction, LayerKind.OTHER, layer_index(files))])


@cache
def large(count: int = 300_000, layers: int = 10) -> ImageContents:
    """`count` files in several layers, some of which replace and remove those of others."""
    made = []
    kinds = list(LayerKind)
    for number in range(layers):
        rnd = random.Random(number)
        files: dict[str | bytes, FileSpec] = {}
        for place in range(count // layers):
            package = rnd.randrange(400)
            path = f"venv/lib/python3.11/site-packages/package_{package:03}/sub{place % 37}"
            files[f"{path}/module_{number}_{place}.py"] = int(rnd.paretovariate(0.7) * 500)
        if number:
            files[f"venv/lib/python3.11/site-packages/package_{number:03}"] = None
        kind = kinds[number % len(kinds)]
        made.append((f"RUN step {number}", kind, layer_index(files)))
    return image_contents(made)


@cache
def flat(count: int = 300_000) -> ImageContents:
    """All files in one folder."""
    files: dict[str | bytes, FileSpec] = {
        f"data/sample_{number:06}.jpg": number * 7919 % 100_003 for number in range(count)
    }
    return image_contents([("COPY data /data", LayerKind.OTHER, layer_index(files))])
