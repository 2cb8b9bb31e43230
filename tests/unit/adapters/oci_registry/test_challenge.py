"""What registries ask for, as they really write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.oci_registry.challenge import Challenge, read_challenges


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Basic realm="Registry Realm"', [Challenge("basic", {"realm": "Registry Realm"})]),
        (
            'Bearer realm="https://auth.docker.io/token",service="docker",scope="repository:a/b:pull,push"',
            [
                Challenge(
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "docker",
                        "scope": "repository:a/b:pull,push",
                    },
                )
            ],
        ),
        (
            'Bearer realm="https://x/t", service=plain, Basic realm="say \\"hello\\""',
            [
                Challenge("bearer", {"realm": "https://x/t", "service": "plain"}),
                Challenge("basic", {"realm": 'say "hello"'}),
            ],
        ),
        ("Basic", [Challenge("basic", {})]),
        ("", []),
        ("nonsense", []),
    ],
)
def test_ways_in(header: str, expected: list[Challenge]) -> None:
    assert list(read_challenges(header)) == expected


@given(st.text(max_size=200))
def test_any_text_is_read_without_fault(header: str) -> None:
    read_challenges(header)
