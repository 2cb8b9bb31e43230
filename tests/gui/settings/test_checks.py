"""What may be typed into the settings."""

import pytest

from modeldesk.ui.settings.checks import (
    address_problem,
    author_problem,
    base_image_problem,
    registry_problem,
)


@pytest.mark.parametrize(
    "address",
    [
        "/var/run/docker.sock",
        "unix:///var/run/docker.sock",
        "tcp://build-server:2376",
        "tcp://[::1]:2375",
        "https://10.0.0.1:2376",
        "npipe:////./pipe/docker_engine",
    ],
)
def test_addresses_of_engines(address: str) -> None:
    assert address_problem(address) == ""


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("docker", "begins with"),
        ("tcp://build-server", "host and port"),
        ("tcp://build-server:port", "not an address"),
        ("tcp://[::1:2375", "not an address"),
        ("unix:docker.sock", "whole path"),
        ("ssh://me@host", "SSH"),
        ("ftp://host:21", "begins with"),
    ],
)
def test_what_is_no_address_of_an_engine(address: str, said: str) -> None:
    assert said in address_problem(address)


@pytest.mark.parametrize("prefix", ["", "registry.lan:5000/team", "team", "localhost:5000/", "a/b"])
def test_prefixes_of_repositories(prefix: str) -> None:
    assert registry_problem(prefix) == ""


@pytest.mark.parametrize(
    "prefix", ["Team", "registry.lan:5000/team:v1", "a b", "/team", "https://x"]
)
def test_what_is_no_prefix(prefix: str) -> None:
    assert registry_problem(prefix) != ""


def test_base_images() -> None:
    assert base_image_problem("python:3.11-slim") == ""
    assert base_image_problem("registry.lan:5000/base/python@sha256:" + "0" * 64) == ""
    assert "needs an image" in base_image_problem("")
    assert base_image_problem("Python:3.11") != ""


def test_authors() -> None:
    assert author_problem("") == ""
    assert author_problem("王小明") == ""
    assert author_problem("a" * 81) != ""
    assert author_problem("Ada\u202eLovelace") != ""
