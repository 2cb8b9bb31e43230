"""What is sent of a folder, and keeping a part of it out of a build by a click."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.ui.build.views import Showing
from modeldesk.ui.links import BuildLink
from tests.gui.build.bench import Bench

OWN = "FROM python:3.11-slim\nCOPY . /app/\n"
SIZES = {".env": 30, ".git/HEAD": 20, "data/rows.csv": 12_000_000, "src/app.py": 40}


def plan(
    qtbot: QtBot, bench: Bench, dockerfile: str = OWN, sizes: Mapping[str, int] = SIZES
) -> Path:
    folder = bench.folder("recommendation", dockerfile)
    for name, size in sizes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)
    bench.page.activate(BuildLink(folder=folder))
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    return folder


def last_says(bench: Bench, pattern: str) -> bool:
    return re.match(pattern, bench.page.found.unwanted.texts()[-1]) is not None


def context_row(bench: Bench) -> str:
    (row,) = [row for row in bench.page.found.facts.rows() if row.label == "Context"]
    return row.value


def test_what_had_better_stay_is_said_and_kept_out_by_a_click(qtbot: QtBot, bench: Bench) -> None:
    folder = plan(qtbot, bench)
    unwanted = bench.page.found.unwanted
    assert [text.partition(" ")[0] for text in unwanted.texts()] == [".env", "data", ".git"]
    assert context_row(bench).startswith("up to 12.0 MB in 9 files")
    for name in (".env", "data"):
        (number,) = [n for n, text in enumerate(unwanted.texts()) if text.startswith(name)]
        # By the keyboard.
        button = unwanted.buttons()[number]
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
        rows = f"Kept out of this build: .*{name}"
        qtbot.waitUntil(partial(last_says, bench, rows))
    assert unwanted.texts()[1:] == [
        "Kept out of this build: **/.env*",
        "Kept out of this build: data",
    ]
    assert context_row(bench) == "up to 16.8 kB in 7 files, with Dockerfile, 12.0 MB kept out"
    assert bench.page.recipe.ignore.text() == "**/.env*\ndata\n"
    edited = "Edited for this build. The folder stays as it is."
    qtbot.waitUntil(lambda: edited in bench.page.recipe.kept_out.text())
    request = bench.page.planning.request()
    assert request is not None
    assert request.dockerignore == "**/.env*\ndata\n"
    assert not (folder / ".dockerignore").exists()


def test_it_can_be_undone_and_another_folder_begins_anew(qtbot: QtBot, bench: Bench) -> None:
    plan(qtbot, bench)
    unwanted = bench.page.found.unwanted
    before = unwanted.texts()
    unwanted.buttons()[0].click()
    qtbot.waitUntil(lambda: unwanted.texts()[-1].startswith("Kept out"))
    unwanted.buttons()[-1].click()
    qtbot.waitUntil(lambda: unwanted.texts() == before)
    request = bench.page.planning.request()
    assert request is not None
    assert request.dockerignore is None
    unwanted.buttons()[0].click()
    qtbot.waitUntil(lambda: unwanted.texts()[-1].startswith("Kept out"))
    other = bench.folder("churn", OWN)
    bench.page.activate(BuildLink(folder=other))
    qtbot.waitUntil(lambda: bench.page.planning.prepared is not None
                    and bench.page.planning.prepared.plan.folder.path == other)  # fmt: skip
    assert unwanted.texts() == []
    assert bench.page.recipe.edited_ignore is None


def test_lines_join_the_proposed_text_whatever_the_stages(qtbot: QtBot, bench: Bench) -> None:
    plan(qtbot, bench, "", {"big.bin": 11_000_000})
    unwanted = bench.page.found.unwanted
    (text,) = unwanted.texts()
    assert text.startswith("big.bin is large and no weights.")
    unwanted.buttons()[0].click()
    qtbot.waitUntil(lambda: unwanted.texts() == ["Kept out of this build: big.bin"])
    bench.page.recipe.stages.buttons._buttons["single"].click()
    added = bench.page.recipe.ignore.text()
    assert added.startswith("# Secrets\n")
    assert added.endswith("\nbig.bin\n")
    # A proposal that is made anew, here by another choice, is no other folder.
    page, was = bench.page, bench.page.planning.prepared
    page.form.reproducible.click()
    qtbot.waitUntil(lambda: page.planning.prepared is not was)
    assert page.recipe.ignore.text().endswith("\nbig.bin\n")
    qtbot.waitUntil(lambda: unwanted.texts() == ["Kept out of this build: big.bin"])


def test_parts_are_shown_the_largest_first(qtbot: QtBot, bench: Bench) -> None:
    plan(qtbot, bench, sizes={f"part{number}/x.txt": 100 + number for number in range(9)})
    shares = bench.page.found.shares
    named = [label.accessibleName() for label in shares.names()]
    assert named == ["files at the top", "part8/", "part7/", "part6/", "part5/", "5 more folders"]
    assert "recommendation_v2.safetensors (16.5 kB)" in shares.largest.text()


def test_a_typed_line_may_keep_nothing_out_and_is_not_said_to(qtbot: QtBot, bench: Bench) -> None:
    plan(qtbot, bench)
    unwanted = bench.page.found.unwanted
    before = unwanted.texts()
    bench.page.recipe.add_ignore_line("../shared")
    qtbot.waitUntil(lambda: bench.page.recipe.edited_ignore is not None)
    unwanted.buttons()[0].click()
    qtbot.waitUntil(lambda: unwanted.texts()[-1].startswith("Kept out"))
    assert len(unwanted.texts()) == len(before)
