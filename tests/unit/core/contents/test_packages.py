"""What is installed in an image."""

import pytest

from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.packages import Manager, Package, find_packages
from modeldesk.core.contents.pip_packages import normal_name
from modeldesk.core.contents.stack import Stack
from tests.unit.core.contents.layers import Item, file, folder, layer, removed

STATUS = "var/lib/dpkg/status"
SITE = "usr/local/lib/python3.11/site-packages"
DPKG = b"""Package: libc6
Status: install ok installed
Installed-Size: 100
Description: GNU C Library
 Package: not-this-one
Version: 2.36-9

Package: gone
Status: deinstall ok config-files
Version: 1

Package: bash
Status: install ok installed
Version: 5.2
"""
APK = b"C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:400000\nI:652000\nF:lib\n\nP:zlib\nV:1.3\n\n"


def packages(*layers: LayerIndex) -> tuple[Package, ...]:
    return find_packages(Stack(layers).view())


def kept(path: str, content: bytes) -> LayerIndex:
    return layer(file(path, len(content)), kept={path: content})


def test_debian() -> None:
    assert packages(kept(STATUS, DPKG)) == (
        Package(Manager.DEBIAN, "bash", "5.2", None),
        Package(Manager.DEBIAN, "libc6", "2.36-9", 102_400),
    )


def test_the_topmost_database_counts() -> None:
    newer = kept(STATUS, b"Package: bash\nStatus: install ok installed\nVersion: 6\n")

    assert [(found.name, found.version) for found in packages(kept(STATUS, DPKG), newer)] == [
        ("bash", "6")
    ]


@pytest.mark.parametrize("gone", [STATUS, "var/lib/dpkg", "var"])
def test_a_database_that_was_removed_is_not_asked(gone: str) -> None:
    assert packages(kept(STATUS, DPKG), layer(removed(gone))) == ()


def test_debian_without_a_package_manager() -> None:
    first = kept("var/lib/dpkg/status.d/base", b"Package: base-files\nVersion: 12\n")
    sums = kept("var/lib/dpkg/status.d/base.md5sums", b"Package: no\n")
    second = kept("var/lib/dpkg/status.d/tzdata", b"Package: tzdata\nVersion: 2024a\n")

    assert [found.name for found in packages(first, sums, second)] == ["base-files", "tzdata"]


@pytest.mark.parametrize("path", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_alpine(path: str) -> None:
    assert packages(kept(path, APK)) == (
        Package(Manager.ALPINE, "musl", "1.2.5-r0", 652_000),
        Package(Manager.ALPINE, "zlib", "1.3", None),
    )


def installed(*items: Item) -> list[tuple[str, str, int | None]]:
    found = packages(layer(*items))
    return [(one.name, one.version, one.size_bytes) for one in found if one.manager == Manager.PIP]


def test_pip_with_the_bytes_of_the_folders_called_so() -> None:
    assert installed(
        folder(f"{SITE}/numpy"),
        file(f"{SITE}/numpy/core.so", 900),
        file(f"{SITE}/numpy.libs/blas.so", 50),
        folder(f"{SITE}/numpy-1.26.4.dist-info"),
        file(f"{SITE}/numpy-1.26.4.dist-info/METADATA", 7),
        file(f"{SITE}/numpydoc/x.py", 1000),
    ) == [("numpy", "1.26.4", 957)]


@pytest.mark.parametrize(
    ("info", "other", "expected"),
    [
        ("scikit_learn-1.4.0.dist-info/RECORD", "sklearn/a.py", ("scikit-learn", "1.4.0", 11)),
        ("Flask_Login-0.6.dist-info/RECORD", "flask_login/a.py", ("flask-login", "0.6", 11)),
        ("ruamel.yaml-0.18.dist-info/RECORD", "ruamel/yaml/a.py", ("ruamel-yaml", "0.18", 11)),
        ("unknown-1.dist-info/RECORD", "other/a.py", ("unknown", "1", None)),
        ("six-1.16.0-py3.11.egg-info", "six/a.py", ("six", "1.16.0", 11)),
        ("six-1.16.0.egg-info/PKG-INFO", "six/a.py", ("six", "1.16.0", 11)),
        ("mine.egg-info/PKG-INFO", "mine/a.py", ("mine", "", 11)),
    ],
)
def test_names_of_folders(info: str, other: str, expected: tuple[str, str, int | None]) -> None:
    assert installed(file(f"{SITE}/{info}", 1), file(f"{SITE}/{other}", 10)) == [expected]


def test_a_removed_package_is_gone_and_an_upgraded_one_is_there_once() -> None:
    old = layer(file(f"{SITE}/a-1.dist-info/RECORD", 1), file(f"{SITE}/b-1.dist-info/RECORD", 1))
    new = layer(
        removed(f"{SITE}/a-1.dist-info"),
        file(f"{SITE}/a-2.dist-info/RECORD", 1),
        removed(f"{SITE}/b-1.dist-info"),
    )

    assert [(found.name, found.version) for found in packages(old, new)] == [("a", "2")]


def test_conda() -> None:
    found = packages(layer(file("opt/conda/conda-meta/python-dateutil-2.9.0-pyhd_0.json", 1)))

    assert found == (Package(Manager.CONDA, "python-dateutil", "2.9.0", None),)


def test_names_are_compared_as_an_index_does() -> None:
    assert normal_name("Zope.Interface__x-y") == "zope-interface-x-y"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"Package\n\n: \n", b"P:\n\n\n"])
def test_damaged_databases_give_nothing_and_no_error(content: bytes) -> None:
    assert packages(kept(STATUS, content)) == ()
