"""Where models are registered."""

import pytest

from modeldesk.core.errors import InvalidInput, InvalidReference
from modeldesk.core.registry.place import registry_place


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("registry.lan:5000", "registry.lan:5000/rec"),
        (" registry.lan:5000/ ", "registry.lan:5000/rec"),
        ("registry.lan:5000/team", "registry.lan:5000/team/rec"),
        ("localhost/a/b", "localhost/a/b/rec"),
        ("mia", "mia/rec"),
    ],
)
def test_names_begin_as_it_says(text: str, name: str) -> None:
    assert str(registry_place(text).repository("rec")) == name


def test_what_can_be_no_place() -> None:
    with pytest.raises(InvalidInput, match="No registry"):
        registry_place("  ")
    with pytest.raises(InvalidReference):
        registry_place("registry.lan:5000/Team")
    place = registry_place("registry.lan:5000")
    for name in ("Rec", "rec:v1", "", "../rec", "rec@sha256:1"):
        with pytest.raises(InvalidReference):
            place.repository(name)
