"""The Chinese catalogue says everything the source says, and nothing else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from hypothesis import given
from hypothesis import strategies as st

import translations
from modeldesk import resources
from modeldesk.core.words import tr, trn, use_language

SAME_IN_CHINESE = {
    ".dockerignore",
    "Cookie",
    "Dockerfile",
    "Git",
    "ModelDesk {version}",
    "{name} {version}",
}
"""Names and signs that no translation changes."""

_CJK = r"\u3400-\u9fff"
_TOUCHING = re.compile(rf"[{_CJK}][A-Za-z0-9{{]|[A-Za-z0-9}}][{_CJK}]")
_HALF_WIDTH = re.compile(rf"[{_CJK}][,;:?!]|[,;:?!][{_CJK}]")
_RENEW = "run .venv/bin/python packaging/translations.py"


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language("en", Path("nowhere"))


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return translations.read_catalogue("zh_CN")


def _texts(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _english(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _translations(message: Message) -> tuple[str, ...]:
    given = message.string or ()
    return (given,) if isinstance(given, str) else tuple(given)


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in ("tr", "trn"):
                yield node


def _source_calls() -> Iterator[tuple[str, ast.Call]]:
    package = translations.ROOT / "modeldesk"
    for file in sorted(package.rglob("*.py")):
        for call in _calls(file):
            yield f"{file.relative_to(package)}:{call.lineno}", call


def _template_arguments(call: ast.Call) -> list[ast.expr]:
    assert isinstance(call.func, ast.Name | ast.Attribute)
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
    return call.args[: 2 if name == "trn" else 1]


def test_the_catalogue_has_the_texts_of_the_source_and_no_others(chinese: Catalog) -> None:
    source = {_english(message) for message in _texts(translations.source_texts())}
    assert {_english(message) for message in _texts(chinese)} == source, _RENEW


def test_every_text_is_translated(chinese: Catalog) -> None:
    assert translations.untranslated(chinese) == []


def test_a_translation_names_the_same_values(chinese: Catalog) -> None:
    """One form stands for all counts, so it has the values of the English text for many."""
    different = {
        message.id: message.string
        for message in _texts(chinese)
        for text in _translations(message)
        if _names(text) != _names(_english(message)[-1])
    }
    assert different == {}


def test_a_translation_is_not_english(chinese: Catalog) -> None:
    same = {
        text
        for message in _texts(chinese)
        for text in _translations(message)
        if text in _english(message)
    }
    assert same <= SAME_IN_CHINESE


def test_chinese_is_set_as_chinese(chinese: Catalog) -> None:
    """A space between Chinese and Latin, full-width punctuation, and no exclamation."""
    ill_set = [
        text
        for message in _texts(chinese)
        for text in _translations(message)
        if _TOUCHING.search(text) or _HALF_WIDTH.search(text) or "！" in text or "!" in text
    ]
    assert [text for text in ill_set if not _stands_before_chinese(text)] == []


def _stands_before_chinese(text: str) -> bool:
    """Whether what touches Chinese is a value that is Chinese itself."""
    return text.startswith(("{text}", "{problem}", "{age}")) or "{time}后" in text


def test_what_is_loaded_is_what_was_translated(chinese: Catalog) -> None:
    loaded = translations.po_file("zh_CN").with_suffix(".mo").read_bytes()
    assert loaded == translations.compiled(chinese), _RENEW


def test_the_written_catalogue_is_read_back(chinese: Catalog) -> None:
    assert translations.written(chinese) == translations.po_file("zh_CN").read_bytes(), _RENEW


def test_the_program_speaks_chinese() -> None:
    use_language("zh_CN", resources.path("translations"))
    assert tr("Library") == "模型库"
    assert tr("Roll back {name} to {version}", name="shop", version="v1.3.0") == (
        "将 shop 回滚到 v1.3.0"
    )


@given(st.integers(min_value=0, max_value=10_000))
def test_one_form_serves_every_count(number: int) -> None:
    use_language("zh_CN", resources.path("translations"))
    assert trn("{count} version", "{count} versions", number) == f"{number:,} 个版本"


def test_every_template_is_a_literal() -> None:
    """Only a literal is found in the source and gets into the catalogues."""
    computed = [
        where
        for where, call in _source_calls()
        for template in _template_arguments(call)
        if not (isinstance(template, ast.Constant) and isinstance(template.value, str))
    ]
    assert computed == []


def test_no_text_is_asked_for_with_and_without_a_count() -> None:
    """A catalogue has one entry for both, whose form for many lacks the count."""
    plain: set[str] = set()
    counted: set[str] = set()
    for _, call in _source_calls():
        templates = _template_arguments(call)
        first = ast.literal_eval(templates[0])
        (plain if len(templates) == 1 else counted).add(first)
    assert plain & counted == set()


def test_every_text_of_the_source_is_found() -> None:
    """Also one within another string, which the reading of the source would pass over."""
    catalogue = translations.source_texts()
    found = {one for message in _texts(catalogue) for one in _english(message)}
    for file in (translations.ROOT / "modeldesk").rglob("*.py"):
        missed = [text for text in _asked_for(ast.parse(file.read_text())) if text not in found]
        assert not missed, f"{file}: put the call before the string it stands in"


def _asked_for(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            wanted = node.args[: {"tr": 1, "trn": 2}.get(node.func.id, 0)]
            for text in wanted:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value
