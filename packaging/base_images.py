"""The base images that tests and the tour build upon.

Where the hub can be reached they are pulled from it. Else, as root on Debian or Ubuntu, images
like them are made from Debian packages and the running Python, and kept as one archive for the
next time.
"""

import hashlib
import io
import platform
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

import debian
import debian_root
import kept_archives
from console import Problem, say
from docker_api import Engine, EngineRefused

TINY = "modeldesk-test/tiny:1"
DEBIAN = "debian:12-slim"
PYTHON = "python:3.11-slim"
NGINX = "modeldesk-test/nginx:1"
"""Of before 1.27.4, from when on it can reload its settings without a keep-alive client's loss."""
NGINX_NEW = "modeldesk-test/nginx:2"
"""Of after it."""
ALL = (TINY, DEBIAN, PYTHON, NGINX, NGINX_NEW)

PACKAGES = ("busybox-static", *debian_root.PACKAGES)

_AT_HUB = {TINY: "busybox:1.36-musl", NGINX: "nginx:1.22", NGINX_NEW: "nginx:1.28"}
_HUB = ("registry-1.docker.io", 443)
_SUITE = "bookworm"
_SUITE_OF_NEW_NGINX = "forky"
_PATH = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Certificates that this machine's administrator added: a gateway that images must get through.
_OWN_CERTIFICATES = Path("/usr/local/share/ca-certificates")
# As in the image that this one stands for: no caches of 80 MB in every layer that uses apt.
_APT_SETTINGS = (
    'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache ""; '
    'Acquire::GzipIndexes "true"; Acquire::Languages "none";'
)
_LIBRARIES = (
    "libssl3 libsqlite3-0 libffi8 libbz2-1.0 liblzma5 libreadline8 libncursesw6 libuuid1 zlib1g"
)
_FINISH_COPIED_PYTHON = (
    "RUN ldconfig && cd /usr/local/bin && ln -sf python3.11 python3 && ln -sf python3 python"
    " && python3 -m ensurepip && ln -sf pip3 pip"
)
_FINISH_DEBIAN_PYTHON = (
    "RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED && ln -s /usr/bin/python3 /usr/local/bin/python"
)
_RUN_NGINX = 'CMD ["nginx", "-g", "daemon off;"]'
_UNWANTED = shutil.ignore_patterns(
    "site-packages",
    "test",
    "tests",
    "idlelib",
    "lib2to3",
    "__pycache__",
    "*.a",
    "config-3.11-*",
    "share",
)


def ensure(engine: Engine, wanted: Iterable[str] = ALL) -> tuple[str, ...]:
    """See that `engine` has the `wanted` images; return those that were put there.

    Raises `Problem` when they can neither be pulled nor made.
    """
    absent = tuple(reference for reference in wanted if not engine.has_image(reference))
    if not absent:
        return ()
    try:
        if not (_hub_answers() and _pull(engine, absent)):
            _load_or_make(engine, absent)
    except (EngineRefused, OSError, subprocess.CalledProcessError) as error:
        raise Problem(f"The base images could not be prepared: {_words(error)}") from error
    return absent


def _words(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{error.cmd[0]} failed:\n{str(error.output)[-2000:]}"
    return str(error)


def _hub_answers() -> bool:
    try:
        with socket.create_connection(_HUB, timeout=4):
            return True
    except OSError:
        return False


def _pull(engine: Engine, references: tuple[str, ...]) -> bool:
    """Whether all of `references` came from the hub, which may answer and still refuse."""
    try:
        for reference in references:
            say(f"Pulling {reference}")
            there = _AT_HUB.get(reference, reference)
            engine.pull(there)
            if there != reference:
                engine.tag(there, reference)
    except EngineRefused as refusal:
        say(f"The hub did not give it: {refusal}")
        return False
    return True


def _load_or_make(engine: Engine, absent: tuple[str, ...]) -> None:
    archive = kept_archives.folder() / f"base-images-{_recipe(absent)}.tar"
    if archive.is_file():
        say(f"Loading base images from {archive}")
        engine.load(archive)
        archive.touch()
        return
    if not debian.can_install():
        raise Problem(
            f"The images {', '.join(absent)} are not on the engine, and the hub cannot be "
            "reached. Making them here needs root on Debian or Ubuntu; with a network, run: "
            + "; ".join(f"docker pull {name}" for name in absent if name not in _AT_HUB)
        )
    debian.install(PACKAGES)
    # These are laid upon Debian: upon the one that is there, else upon one made in passing.
    upon_debian = not {PYTHON, NGINX}.isdisjoint(absent)
    in_passing = upon_debian and DEBIAN not in absent and not engine.has_image(DEBIAN)
    with tempfile.TemporaryDirectory(prefix="modeldesk-images-") as folder:
        for reference in ALL:
            if reference in absent or (reference == DEBIAN and in_passing):
                say(f"Making {reference}")
                _MAKERS[reference](engine, Path(folder))
    _keep(engine, absent, archive)
    if in_passing:
        engine.remove_image(DEBIAN)


def _recipe(references: tuple[str, ...]) -> str:
    """Stands for all that the images are made from."""
    digest = hashlib.sha256(Path(__file__).read_bytes() + Path(debian_root.__file__).read_bytes())
    digest.update(f"{references} {sys.version} {platform.machine()}".encode())
    for certificate in _certificates():
        digest.update(certificate.read_bytes())
    return digest.hexdigest()[:16]


def _keep(engine: Engine, references: tuple[str, ...], archive: Path) -> None:
    with kept_archives.kept_as(archive) as partial:
        engine.save(references, partial)
    kept_archives.clear_old("base-images-*.tar")


def _certificates() -> list[Path]:
    return sorted(_OWN_CERTIFICATES.glob("*.crt")) if _OWN_CERTIFICATES.is_dir() else []


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _make_tiny(engine: Engine, folder: Path) -> None:
    busybox = next(path for path in ("/bin/busybox", "/usr/bin/busybox") if Path(path).exists())
    context = folder / "tiny.tar"
    with tarfile.open(context, "w") as archive:
        archive.add(Path(busybox).resolve(), "busybox")
        recipe = f"FROM scratch\nCOPY busybox /bin/busybox\n{_PATH}\n"
        recipe += 'RUN ["/bin/busybox", "--install", "-s", "/bin"]\nCMD ["/bin/sh"]\n'
        _add_text(archive, "Dockerfile", recipe)
    engine.build(context, TINY)


def _make_debian(engine: Engine, folder: Path) -> None:
    root = folder / "debian.tar"
    options = [
        f"--customize-hook=printf '%s' '{_APT_SETTINGS}' > \"$1\"/etc/apt/apt.conf.d/docker-clean"
    ]
    certificates = [str(path) for path in _certificates()]
    if certificates:
        options.append(f"--customize-hook=copy-in {' '.join(certificates)} {_OWN_CERTIFICATES}")
        options.append('--customize-hook=chroot "$1" update-ca-certificates')
    debian_root.make(_SUITE, root, ["ca-certificates"], options)
    engine.import_root(root, DEBIAN, (_PATH, 'CMD ["bash"]'))


def _make_python(engine: Engine, folder: Path) -> None:
    """Debian slim with this very Python when it fits there, else with Debian's."""
    context = folder / "python.tar"
    recipe = [f"FROM {DEBIAN}", "ENV LANG=C.UTF-8"]
    with tarfile.open(context, "w") as archive:
        if _this_python_fits():
            archive.add(_python_tree(folder / "tree"), "tree")
            recipe += [_install(_LIBRARIES), "COPY tree/ /usr/local/", _FINISH_COPIED_PYTHON]
        else:
            recipe += [_install("python3 python3-pip"), _FINISH_DEBIAN_PYTHON]
        if _certificates():
            _add_text(archive, "pip.conf", "[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n")
            recipe.append("COPY pip.conf /etc/pip.conf")
        recipe.append('CMD ["python3"]')
        _add_text(archive, "Dockerfile", "\n".join(recipe) + "\n")
    engine.build(context, PYTHON)


def _make_nginx(engine: Engine, folder: Path) -> None:
    context = folder / "nginx.tar"
    recipe = [f"FROM {DEBIAN}", _install("nginx curl"), _RUN_NGINX]
    with tarfile.open(context, "w") as archive:
        _add_text(archive, "Dockerfile", "\n".join(recipe) + "\n")
    engine.build(context, NGINX)


def _make_new_nginx(engine: Engine, folder: Path) -> None:
    root = folder / "nginx-new.tar"
    debian_root.make(_SUITE_OF_NEW_NGINX, root, ["nginx", "curl"])
    engine.import_root(root, NGINX_NEW, (_PATH, _RUN_NGINX))


def _install(packages: str) -> str:
    return (
        f"RUN apt-get update -q && apt-get install -qy --no-install-recommends {packages}"
        " && rm -rf /var/lib/apt/lists/*"
    )


def _this_python_fits() -> bool:
    """Whether the running Python was built for the system of the image, in a folder of its own."""
    fields = debian.release()
    same_system = (fields.get("ID"), fields.get("VERSION_ID")) == ("debian", "12")
    return same_system and sys.version_info[:2] == (3, 11) and sys.base_prefix != "/usr"


def _python_tree(to: Path) -> Path:
    """A copy of the running Python: its binary, shared library and standard library."""
    prefix = Path(sys.base_prefix)
    (to / "bin").mkdir(parents=True)
    shutil.copy2(prefix / "bin" / "python3.11", to / "bin")
    standard = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(standard, to / "lib" / "python3.11", ignore=_UNWANTED, symlinks=True)
    for shared in (prefix / "lib").glob("libpython3*.so*"):
        shutil.copy2(shared, to / "lib", follow_symlinks=False)
    return to


_MAKERS = {
    TINY: _make_tiny,
    DEBIAN: _make_debian,
    PYTHON: _make_python,
    NGINX: _make_nginx,
    NGINX_NEW: _make_new_nginx,
}


def main(arguments: list[str]) -> int:
    """python3 packaging/base_images.py ENDPOINT: put the base images on the engine there."""
    try:
        added = ensure(Engine(arguments[0]))
    except Problem as problem:
        say(str(problem))
        return 1
    say(f"Added: {', '.join(added)}" if added else "All base images are there.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
