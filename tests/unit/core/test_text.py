import pytest

from modeldesk.core.text import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("模型 v1.onnx", "模型 v1.onnx"),
        ("caf\udce9", "caf\N{REPLACEMENT CHARACTER}"),
        ("a\nb\x1b[31m", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m"),
        ("gpj.\u202eexe", "gpj.\N{REPLACEMENT CHARACTER}exe"),
    ],
)
def test_a_name_from_outside_can_be_shown_and_stored(name: str, shown: str) -> None:
    assert printable(name) == shown
    assert printable(name).encode().decode() == shown
