"""Which version is the newer one: pairs in rising order, by Debian's, Alpine's and pip's rules."""

import pytest

from modeldesk.core.compare.version_order import is_newer


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.9", "1.10"),
        ("1.2.3", "1.2.3.1"),
        ("2.36-9", "2.36-9+deb12u1"),
        ("2.36-9+deb12u1", "2.36-10"),
        ("9:1.0", "10:0.1"),
        ("99.0", "1:0.1"),
        ("1.0~rc1-1", "1.0-1"),
        ("1.0~~a", "1.0~a"),
        ("1.0rc1", "1.0"),
        ("2.0.0a1", "2.0.0b2"),
        ("2.0.0.dev1", "2.0.0"),
        ("2.0.0b2", "2.0.0rc1"),
        ("1!0.1", "1!0.2"),
        ("3.1.4-r5", "3.1.4-r10"),
        ("1.0", "1.0+cu121"),
        ("20240101", "20250101"),
        ("1.0a", "1.0b"),
        ("1." + "9" * 400, "2"),
    ],
)
def test_order(older: str, newer: str) -> None:
    assert is_newer(newer, older)
    assert not is_newer(older, newer)
    assert not is_newer(newer, newer)
