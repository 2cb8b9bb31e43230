"""Advice about images made for it."""

import pytest

from modeldesk.core.contents.advice.advise import advise
from modeldesk.core.contents.advice.model import Advice, AdvicePath, RecipeFile, Subject
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import ImageContents
from modeldesk.core.labels import BASE_NAME_LABEL
from tests.unit.core.contents.details import image
from tests.unit.core.contents.layers import Item, file, folder, layer, removed

MB = 1_000_000
GGUF = b"GGUF\3\0\0\0"
SAFETENSORS = (64).to_bytes(8, "little") + b'{"weight":{}'
SITE = "usr/local/lib/python3.11/site-packages"
NOTHING = layer(file("bin/sh", 100))


def about(made: ImageContents, subject: Subject) -> Advice:
    found = [one for one in advise(made) if one.subject == subject]
    assert len(found) == 1
    return found[0]


def subjects(made: ImageContents) -> list[Subject]:
    return [one.subject for one in advise(made)]


def built(*items: Item, instruction: str = "RUN make") -> ImageContents:
    """An image of one own layer on a base."""
    return image(("ADD rootfs /", NOTHING), (instruction, layer(*items)), base_layers=1)


@pytest.mark.parametrize(
    ("path", "subject", "root"),
    [
        ("var/lib/apt/lists/deb_Packages", Subject.APT_CACHE, "var/lib/apt/lists"),
        ("var/cache/apt/archives/x.deb", Subject.APT_CACHE, "var/cache/apt"),
        ("var/cache/apk/APKINDEX.tar.gz", Subject.APK_CACHE, "var/cache/apk"),
        ("var/cache/dnf/x.solv", Subject.DNF_CACHE, "var/cache/dnf"),
        ("root/.cache/pip/http/a/b", Subject.PIP_CACHE, "root/.cache/pip"),
        ("home/me/.cache/uv/x", Subject.PIP_CACHE, "home/me/.cache/uv"),
        ("opt/conda/pkgs/mkl/lib/x.so", Subject.CONDA_CACHE, "opt/conda/pkgs"),
        ("root/.npm/_cacache/content/x", Subject.NPM_CACHE, "root/.npm/_cacache"),
        ("usr/lib/gcc/x86_64-linux-gnu/12/cc1", Subject.BUILD_TOOLS, "usr/lib/gcc"),
        ("usr/include/linux/fs.h", Subject.BUILD_TOOLS, "usr/include"),
        ("usr/bin/x86_64-linux-gnu-ld.bfd", Subject.BUILD_TOOLS, None),
        ("usr/bin/make", Subject.BUILD_TOOLS, None),
        ("usr/lib/x86_64-linux-gnu/libc.a", Subject.BUILD_TOOLS, None),
        (f"{SITE}/pandas/tests/io/data.csv", Subject.TESTS, f"{SITE}/pandas/tests"),
        (f"{SITE}/x/__pycache__/a.pyc", Subject.BYTECODE, f"{SITE}/x/__pycache__"),
    ],
)
def test_leftovers(path: str, subject: Subject, root: str | None) -> None:
    found = about(built(file(path, 2 * MB)), subject)

    assert found.paths == (AdvicePath((root or path).encode(), 2 * MB),)
    assert (found.size_bytes, found.path_count) == (2 * MB, 1)
    assert found.title
    assert found.explanation
    assert found.remedy.lines


@pytest.mark.parametrize(
    "path",
    [
        "usr/bin/makeself",
        "usr/bin/asar",
        "usr/lib/python3.11/x.py",
        "app/pkgs/x",
        "app/tests/x",
        f"{SITE}/torch/testing/x.py",
        f"{SITE}/pytest/x.py",
        "var/cache/fontconfig/x",
    ],
)
def test_what_is_no_leftover(path: str) -> None:
    assert subjects(built(file(path, 2 * MB))) == []


def test_little_is_not_worth_a_word_and_a_base_image_can_not_be_changed() -> None:
    assert subjects(built(file("root/.cache/pip/x", MB - 1))) == []
    cache = layer(file("root/.cache/pip/x", 9 * MB))
    assert subjects(image(("ADD rootfs /", cache), ("RUN x", NOTHING), base_layers=1)) == []
    assert subjects(image(("ADD rootfs /", cache), base_layers=0)) == [Subject.PIP_CACHE]


def test_many_paths_are_counted_and_the_largest_named() -> None:
    files = [file(f"{SITE}/p{number}/tests/x", MB + number) for number in range(30)]
    found = about(built(*files), Subject.TESTS)

    assert (len(found.paths), found.path_count) == (20, 30)
    assert found.paths[0].path == f"{SITE}/p29/tests".encode()
    assert found.size_bytes == sum(item.size for item in files)


def test_waste_is_told_apart_by_its_cause_and_adds_up() -> None:
    first = layer(
        file("gone", 2 * MB), file("again", 3 * MB), file("owned", 4 * MB, modified=5), folder("d")
    )
    second = layer(removed("gone"), file("again", 1), file("owned", 4 * MB, modified=5, owner=1001))
    made = image(("RUN a", first), ("RUN b", second))

    assert about(made, Subject.REMOVED_LATER).paths == (AdvicePath(b"gone", 2 * MB),)
    assert about(made, Subject.WRITTEN_AGAIN).paths == (AdvicePath(b"again", 3 * MB),)
    owners = about(made, Subject.OWNER_COPIES)
    assert owners.paths == (AdvicePath(b"owned", 4 * MB),)
    assert owners.remedy.lines == ("COPY --chown=1001:1001 . /app",)
    assert sum(one.size_bytes for one in advise(made)) == 9 * MB


def weighted(**starts: bytes) -> LayerIndex:
    names = {name.replace("__", "/").replace("_dot_", "."): it for name, it in starts.items()}
    return layer(*(file(name, 5 * MB) for name in names), kept=names)


def test_weights_at_two_places() -> None:
    made = image(
        ("RUN a", weighted(a__m=GGUF, b__m=GGUF, c__m=GGUF + b"other")),
        ("COPY m /d/", weighted(d__m=GGUF)),
    )
    found = about(made, Subject.WEIGHTS_TWICE)

    assert found.paths == (AdvicePath(b"b/m", 5 * MB, 0), AdvicePath(b"d/m", 5 * MB, 1))


def test_weights_of_an_older_format_beside_safetensors() -> None:
    torch = b"PK\x03\x04" + bytes(26) + b"archive/data.pkl"
    both = weighted(
        m__model_dot_safetensors=SAFETENSORS, m__pytorch_model_dot_bin=torch, n__x_dot_bin=torch
    )
    found = about(image(("RUN a", both)), Subject.WEIGHT_FORMATS)

    assert found.paths == (AdvicePath(b"m/pytorch_model.bin", 5 * MB, 0),)


def status(*packages: tuple[str, str, int]) -> bytes:
    return "\n\n".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nInstalled-Size: {size}"
        for name, version, size in packages
    ).encode()


@pytest.mark.parametrize(
    ("labels", "environment", "expected"),
    [
        ({}, (), "FROM debian:12-slim"),
        ({}, ("PYTHON_VERSION=3.11.7",), "FROM python:3.11-slim"),
        ({BASE_NAME_LABEL: "me/base:1.0@sha256:ab"}, (), "FROM me/base:1.0-slim"),
        ({BASE_NAME_LABEL: "python:3.11-slim"}, (), "FROM debian:12-slim"),
    ],
)
def test_a_full_base(labels: dict[str, str], environment: tuple[str, ...], expected: str) -> None:
    path = "var/lib/dpkg/status"
    packages = status(
        ("base-files", "12.4+deb12u5", 340),
        ("libc6", "2.36", 13_000),
        ("libssl3", "3.0", 6000),
        ("libbz2-1.0", "1.0.8", 100),
        ("gcc-12-base", "12.2", 100),
        ("git", "2.39", 40_000),
        ("gcc-12", "12.2", 90_000),
    )
    base = layer(file(path, len(packages)), kept={path: packages})
    made = image(
        ("ADD rootfs /", base),
        ("RUN x", NOTHING),
        base_layers=1,
        labels=labels,
        environment=environment,
    )
    found = about(made, Subject.FULL_BASE)

    assert found.details == ("gcc-12 12.2", "git 2.39")
    assert found.size_bytes == 130_000 * 1024
    assert found.remedy.lines == (expected,)


def test_a_slim_base_is_let_be() -> None:
    path = "var/lib/dpkg/status"
    packages = status(("libc6", "2.36", 900_000), ("curl", "7", 50_000))
    base = layer(file(path, len(packages)), kept={path: packages})

    assert subjects(image(("ADD rootfs /", base), ("RUN x", NOTHING), base_layers=1)) == []


def test_what_a_dockerignore_would_have_kept_out() -> None:
    made = built(
        file("app/.git/objects/a", 500_000),
        file("app/work/try.ipynb", 300_000),
        file("app/__pycache__/x.pyc", 20),
        file("app/.venv/lib/x.py", 90_000),
        file("app/serve.py", 10),
        file(f"{SITE}/x/.git/y", 70),
        instruction="COPY . /app",
    )
    found = about(made, Subject.CONTEXT)

    assert [path.path for path in found.paths] == [
        b"app/.git",
        b"app/work/try.ipynb",
        b"app/.venv",
        b"app/__pycache__",
    ]
    assert found.size_bytes == 890_020
    assert found.remedy.file == RecipeFile.DOCKERIGNORE
    assert found.remedy.lines == ("**/.git", "**/*.ipynb", "**/.venv", "**/__pycache__")


def test_what_run_made_is_not_the_dockerignore_s_business() -> None:
    assert subjects(built(file("app/.git/objects/a", 500_000), instruction="RUN git clone")) == []


@pytest.mark.parametrize(
    "instruction",
    [
        "COPY --from=builder /app /app",
        "COPY --chown=app --from=builder app app",
        # As BuildKit writes it, without --from.
        "COPY /app /app # buildkit",
        "COPY --chown=app:app /app /srv /opt/",
        # What the classic builder says of any stage.
        "/bin/sh -c #(nop) COPY dir:0123456789abcdef in /app",
        # What is named is no accident.
        "COPY app/.venv /app/.venv",
        "COPY .venv/ /app/.venv/",
        'COPY ["/app", "/app"]',
        "ADD https://example.com/app.tar /app/",
        "RUN python -m venv /app/.venv",
    ],
)
def test_an_environment_that_is_not_from_the_context(instruction: str) -> None:
    assert subjects(built(file("app/.venv/lib/x.so", 900_000), instruction=instruction)) == []


@pytest.mark.parametrize(
    "instruction",
    [
        "COPY . /app # buildkit",
        "COPY --chown=app:app . .",
        "COPY src app/ /app/",
        'ADD ["my project", "/app"]',
    ],
)
def test_an_environment_that_is(instruction: str) -> None:
    made = built(file("app/.venv/lib/x.so", 900_000), instruction=instruction)
    assert about(made, Subject.CONTEXT).remedy.lines == ("**/.venv",)


def test_the_classic_builder_does_not_say_where_files_are_from() -> None:
    made = built(
        file("app/.venv/lib/x.so", 900_000),
        file("app/.git/objects/a", 500_000),
        instruction="/bin/sh -c #(nop) COPY dir:0123456789abcdef in /app",
    )
    assert about(made, Subject.CONTEXT).remedy.lines == ("**/.git",)


def test_an_environment_that_path_leads_to_is_the_program() -> None:
    made = image(
        ("RUN a", NOTHING),
        ("COPY /app/.venv /app/.venv", layer(file("app/.venv/bin/python", 900_000))),
        environment=["PATH=/app/.venv/bin:/usr/bin"],
    )

    assert subjects(made) == []


@pytest.mark.parametrize(
    "path",
    [
        "app/.env",
        "app/.env.production",
        "root/.ssh/id_rsa",
        "etc/ssh/ssh_host_ed25519_key",
        "root/.netrc",
        "root/.aws/credentials",
        "root/.docker/config.json",
        "app/server.key",
        "app/tls.PEM",
        "app/my-service-account.json",
        "root/.cache/huggingface/token",
    ],
)
def test_secrets_by_name(path: str) -> None:
    found = about(built(file(path, 50)), Subject.SECRETS)

    assert found.paths == (AdvicePath(path.encode(), 50, 1),)


@pytest.mark.parametrize(
    "path",
    [
        "app/.env.example",
        "app/environment.py",
        "root/.ssh/id_rsa.pub",
        "root/.ssh/known_hosts",
        "etc/ssl/private/snakeoil.key",
        "usr/share/ca-certificates/a.pem",
        f"{SITE}/certifi/cacert.pem",
        "app/ca-bundle.pem",
        "app/monkey",
    ],
)
def test_what_is_no_secret(path: str) -> None:
    assert subjects(built(file(path, 50))) == []


def test_a_secret_that_a_later_layer_removes_is_still_there() -> None:
    made = image(("COPY . /", layer(file("app/.env", 9))), ("RUN rm", layer(removed("app/.env"))))

    assert about(made, Subject.SECRETS).paths == (AdvicePath(b"app/.env", 9, 0),)


def test_variables_are_named_and_never_shown() -> None:
    made = image(
        ("RUN a", NOTHING),
        environment=[
            "PATH=/bin",
            "API_KEY=hunter2",
            "DB_PASSWORD=hunter2",
            "DATABASE_URL=postgres://u:hunter2@db/x",
            "EMPTY_TOKEN=",
        ],
    )
    found = about(made, Subject.SECRETS)

    assert found.details == (
        "Environment variable API_KEY",
        "Environment variable DATABASE_URL",
        "Environment variable DB_PASSWORD",
    )
    assert "hunter2" not in repr(found)


def test_secrets_come_first_and_then_what_saves_most() -> None:
    made = built(
        file("root/.cache/pip/x", 2 * MB), file("usr/include/x.h", 3 * MB), file("app/.env", 1)
    )

    assert subjects(made) == [Subject.SECRETS, Subject.BUILD_TOOLS, Subject.PIP_CACHE]


def test_an_empty_image() -> None:
    assert subjects(image()) == []
