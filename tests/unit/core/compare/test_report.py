"""Reports: whole, and safe from what names may hold."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from modeldesk.core.compare.as_html import KIND_COLORS
from modeldesk.core.compare.compare import Named, compare
from modeldesk.core.compare.model import Comparison
from modeldesk.core.compare.report import write_report
from modeldesk.core.images import ImageConfig
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.theme.tokens import DARK, LIGHT
from tests.unit.core.compare.images import MB, image, one_layer
from tests.unit.core.contents.layers import file, layer

WHEN = datetime(2025, 4, 5, 12, 30, tzinfo=UTC)
NASTY = "<script>alert(1)</script>|`x`\x1b[31m & 票据"


class Tags(HTMLParser):
    """Every tag and attribute of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def compared() -> Comparison:
    base = one_layer("base", layer(file("bin/sh", MB)), "ADD x /", LayerKind.BASE_IMAGE)
    top = one_layer("top", layer(file(f"app/{NASTY}", 5 * MB)), f"COPY {NASTY} /app/")
    left = image("left", [base], labels={NASTY: "old", "io.modeldesk.model.metrics": '{"f1": 1}'})
    right = image("right", [base, top], ImageConfig(user=NASTY), {NASTY: NASTY})
    return compare(Named(f"v1 {NASTY}", left), Named("v2", right), CancelToken())


def test_html_is_one_file_without_script(compared: Comparison, tmp_path: Path) -> None:
    write_report(compared, tmp_path / "r.html", WHEN)
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    found = Tags()
    found.feed(text)
    assert not found.names & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not {name for name in found.attributes if name.startswith("on")}
    assert not found.attributes & {"src", "href"}
    assert "url(" not in text
    assert "@import" not in text
    assert "\x1b" not in text
    words = " ".join(found.words)
    assert "<script>alert(1)</script>|`x`" in words
    assert "票据" in words
    assert "Made by ModelDesk on 2025-04-05 12:30 UTC." in words


def test_html_is_well_formed(compared: Comparison, tmp_path: Path) -> None:
    write_report(compared, tmp_path / "r.html", WHEN)
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    body = text[text.index("<body>") : text.index("</body>") + len("</body>")]
    root = ET.fromstring(body)
    titles = [heading.text for heading in root.iter("h2")]
    assert titles == [
        "Image size",
        "Figures",
        "Differences in files, by folder",
        "Largest differences in single files",
        "Layers, base first",
        "Packages",
        "Configuration",
    ]
    for table in root.iter("table"):
        columns = len(list(table.iter("th")))
        assert {len(row.findall("td")) for row in table.iter("tr")} <= {0, columns}


def test_markdown_keeps_its_tables(compared: Comparison, tmp_path: Path) -> None:
    write_report(compared, tmp_path / "r.md", WHEN)
    lines = (tmp_path / "r.md").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# v1 \\<script\\>")
    rows = [line for line in lines if "/app/" in line and line.startswith("| + ")]
    # Bars of names do not end a cell.
    assert [row.replace("\\|", "").count("|") for row in rows] == [5, 6]
    assert "<script>" not in lines[0].replace("\\<", "")


def test_json_is_the_command_s(compared: Comparison, tmp_path: Path) -> None:
    write_report(compared, tmp_path / "r.JSON", WHEN)
    told = json.loads((tmp_path / "r.JSON").read_text(encoding="utf-8"))
    assert told["delta_bytes"] == 5 * MB
    assert told["left"]["metrics"] == {"f1": 1.0}


def test_kinds_have_the_colours_of_the_window() -> None:
    assert {kind: pair[0] for kind, pair in KIND_COLORS.items()} == dict(LIGHT.kinds)
    assert {kind: pair[1] for kind, pair in KIND_COLORS.items()} == dict(DARK.kinds)
