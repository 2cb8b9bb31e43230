from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.containers.arguments import (
    check_variable,
    container_text,
    host_text,
    parse_mount,
    parse_port,
)
from modeldesk.core.containers.model import Mount, PortBinding
from modeldesk.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5000", PortBinding(5000)),
        ("8080:5000", PortBinding(5000, 8080)),
        (":5000", PortBinding(5000)),
        ("0.0.0.0:80:5000", PortBinding(5000, 80, "0.0.0.0")),
        ("[::1]:80:5000", PortBinding(5000, 80, "::1")),
        ("53:53/udp", PortBinding(53, 53, protocol="udp")),
    ],
)
def test_ports_as_docker_writes_them_but_on_loopback(text: str, expected: PortBinding) -> None:
    assert parse_port(text) == expected


@pytest.mark.parametrize(
    "text", ["", "x", "0", "70000", "5000:0", "99999:5000", "1:2:3:4", "5000/x"]
)
def test_bad_ports_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_port(text)
    assert "65535" in caught.value.hint


@pytest.mark.parametrize("address", ["127.0.0.256", "999.1.1.1", "1.2.3", "[::g]", "[:::]"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """An engine would take it for every address of the machine."""
    with pytest.raises(InvalidInput):
        parse_port(f"{address}:5000:5000")


@pytest.mark.parametrize("text", ["٣:٣", "9" * 5000, f"{'0' * 5000}:1"])
def test_digits_are_few_and_plain(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_port(text)


@given(st.text(max_size=30))
def test_any_text_is_a_port_in_range_or_refused(text: str) -> None:
    try:
        port = parse_port(text)
    except InvalidInput:
        return
    assert 0 < port.container_port <= 65535
    assert 0 <= port.host_port <= 65535


def test_mounts(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert parse_mount("./data:/data", tmp_path) == Mount(str(tmp_path / "data"), "/data")
    assert parse_mount(f"{tmp_path}:/d:ro", tmp_path) == Mount(str(tmp_path), "/d", True)
    assert parse_mount("cache:/cache:rw", tmp_path) == Mount("cache", "/cache")


@pytest.mark.parametrize("text", ["", "data", "data:relative", ":/x", "data:/x:maybe", "a b:/x"])
def test_bad_mounts_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        parse_mount(text, tmp_path)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_mount("./missing:/data", tmp_path)
    assert str(tmp_path / "missing") in caught.value.message


@pytest.mark.parametrize("source", ["~nouser/x", "./loop/x", f"./{'a' * 300}", "./a\0b"])
def test_a_path_that_leads_nowhere_is_said(source: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InvalidInput):
        parse_mount(f"{source}:/data", tmp_path)


@pytest.mark.parametrize("name", ["", "A=B", "A\nB", "A B", "\tA", "A\0"])
def test_a_name_that_no_variable_can_have_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_variable(name)
    assert caught.value.hint
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "port",
    [
        PortBinding(5000, 8080),
        PortBinding(5000),
        PortBinding(5000, 8080, "0.0.0.0"),
        PortBinding(53, 0, "::1", "udp"),
    ],
)
def test_a_port_is_written_as_it_is_read(port: PortBinding) -> None:
    assert parse_port(f"{host_text(port)}:{container_text(port)}") == port
