"""Where published ports are reached, on this machine and on others."""

import pytest

from modeldesk.core.containers.model import PortBinding
from modeldesk.core.containers.reach import out_of_reach, reachable_address, service_url

HERE = "127.0.0.1"
UDP = PortBinding(53, 53, protocol="udp")


@pytest.mark.parametrize(
    ("address", "here", "on_lab"),
    [
        ("", HERE, "lab"),
        ("0.0.0.0", HERE, "lab"),
        ("::", HERE, "lab"),
        (HERE, HERE, ""),
        ("127.0.0.53", "127.0.0.53", ""),
        ("::1", "::1", ""),
        ("192.168.1.5", "192.168.1.5", "192.168.1.5"),
    ],
)
def test_where_a_published_port_is_reached(address: str, here: str, on_lab: str) -> None:
    port = PortBinding(5000, 5000, address)
    assert reachable_address(port, "") == here
    assert reachable_address(port, "lab") == on_lab


@pytest.mark.parametrize(
    ("ports", "host", "url"),
    [
        ((), "", ""),
        ((UDP,), "", ""),
        ((UDP, PortBinding(80, 8080)), "", "http://127.0.0.1:8080"),
        ((PortBinding(80, 8080, "::1"),), "", "http://[::1]:8080"),
        ((PortBinding(80),), "", ""),
        ((PortBinding(80, 8080),), "lab", ""),
        ((PortBinding(80, 8080), PortBinding(81, 8081, "::")), "lab", "http://lab:8081"),
        ((PortBinding(80, 8080, "0.0.0.0"),), "fd00::7", "http://[fd00::7]:8080"),
    ],
)
def test_where_it_answers(ports: tuple[PortBinding, ...], host: str, url: str) -> None:
    assert service_url(ports, host) == url


def test_only_what_can_not_be_reached_at_all_is_said() -> None:
    kept, shared = PortBinding(80, 8080), PortBinding(81, 8081, "0.0.0.0")
    sentence = out_of_reach((UDP, kept), "lab")
    assert "Port 8080" in sentence
    assert "lab" in sentence
    assert "0.0.0.0" in sentence
    assert out_of_reach((kept, shared), "lab") == ""
    assert out_of_reach((kept,), "") == ""
    assert out_of_reach((UDP,), "lab") == ""
    assert out_of_reach((), "lab") == ""
