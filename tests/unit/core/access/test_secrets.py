"""The text of tokens."""

import pytest

from modeldesk.core.access.secrets import hashed, is_same, make_secret, read_given


def test_a_token_is_known_by_its_hash_alone() -> None:
    made = make_secret()
    given = read_given(made.text)
    assert given is not None
    assert given.id == made.id
    assert is_same(given.secret, made.salt, made.hash)
    assert given.secret.encode() not in made.hash + made.salt
    assert made.hash == hashed(given.secret, made.salt)


def test_no_two_are_alike() -> None:
    made = [make_secret() for _ in range(50)]
    assert len({one.text for one in made}) == len({one.id for one in made}) == 50
    assert len({one.salt for one in made}) == 50


def test_another_secret_is_another() -> None:
    one, other = make_secret(), make_secret()
    given = read_given(other.text)
    assert given is not None
    assert not is_same(given.secret, one.salt, one.hash)


@pytest.mark.parametrize(
    "text", ["", "mdt_", "mdt_0123456789ab_short", "bearer", "mdt_0123456789ab_" + "é" * 43, "\n"]
)
def test_what_looks_like_none_is_none(text: str) -> None:
    assert read_given(text) is None


def test_a_line_end_is_not_passed_over() -> None:
    assert read_given(make_secret().text + "\n") is None
