"""Which machine an engine's address names."""

import pytest

from modeldesk.core.engine.model import host_of


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("unix:///var/run/docker.sock", ""),
        ("npipe:////./pipe/docker_engine", ""),
        ("tcp://localhost:2375", ""),
        ("tcp://127.0.0.1:2375", ""),
        ("tcp://127.1.2.3:2375", ""),
        ("tcp://[::1]:2376", ""),
        ("tcp://0.0.0.0:2375", ""),
        ("tcp://:2375", ""),
        ("tcp://[broken:2375", ""),
        ("", ""),
        ("tcp://lab.example.org:2376", "lab.example.org"),
        ("tcp://192.168.1.5:2375", "192.168.1.5"),
        ("tcp://[fd00::7]:2375", "fd00::7"),
        ("https://lab:2376", "lab"),
        ("ssh://me@lab", "lab"),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host
