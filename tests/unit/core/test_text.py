import pytest

from modeldesk.core.text import parameters_text, printable


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


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [(0, "0"), (999, "999"), (4096, "4,096"), (999_499, "999,499"), (7_240_000_000, "7.24 B")],
)
def test_parameters_that_are_counted_singly_have_their_thousands_apart(
    parameters: int, shown: str
) -> None:
    assert parameters_text(parameters) == shown
