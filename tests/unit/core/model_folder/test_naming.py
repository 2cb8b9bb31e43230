import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.model_folder.naming import model_name
from modeldesk.core.references import Reference


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("recommendation", "recommendation"),
        ("Churn Model (v2)", "churn-model-v2"),
        ("résumé__parser", "resume__parser"),
        ("a._b", "a-b"),
        ("__init__", "init"),
        ("推荐模型", "model"),
        ("推荐-v2", "v2"),
        ("--privileged; rm -rf", "privileged-rm-rf"),
        ("", "model"),
        ("..", "model"),
        ("x" * 300, "x" * 100),
        ("bad\udcff", "bad"),
    ],
)
def test_names(folder: str, name: str) -> None:
    assert model_name(folder) == name


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_folder_gives_a_valid_repository(folder: str) -> None:
    name = model_name(folder)
    assert Reference.parse(f"registry.lan/{name}").repository == name
