"""A trial in sentences, tables and files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.core.compare.report import save_report
from modeldesk.core.trial.as_json import as_json
from modeldesk.core.trial.document import trial_document, trial_report
from modeldesk.core.trial.facts import trial_facts
from modeldesk.core.trial.model import Start, Trial
from modeldesk.core.trial.words import circumstances, seconds_text, sentences
from tests.unit.core.trial.bench import STARTED, heavy, lean, measured


def told(trial: Trial) -> dict[str, tuple[str, str, str, bool | None]]:
    return {one.name: (one.left, one.right, one.change, one.better) for one in trial_facts(trial)}


def test_the_first_sentence_says_how_much_and_the_second_why() -> None:
    first, second = sentences(measured())
    assert first == "Multi-stage is 500 MB smaller and starts 2.7× faster."
    assert "/usr/lib/gcc" in second


@pytest.mark.parametrize(
    ("right", "said"),
    [(3.0, "starts 1.5× slower"), (2.05, "starts as fast"), (1.0, "starts 2.0× faster")],
)
def test_speed_is_told_as_it_is(right: float, said: str) -> None:
    trial = measured(starts=((Start(2.0),) * 3, (Start(right),) * 3))
    assert sentences(trial)[0].endswith(f"{said}.")


def test_what_starts_vary_by_alone_is_no_speed() -> None:
    alike = (Start(5.0), Start(5.5)), (Start(5.3), Start(4.5))
    said = sentences(measured(starts=alike))[0]
    assert said.endswith("and starts as fast, as far as 2 starts each can tell.")
    # One slow start does not hide that all others were faster than any of the other's.
    apart = (Start(8.0), Start(8.1), Start(8.2)), (Start(3.0), Start(3.1), Start(8.0))
    assert sentences(measured(starts=apart))[0].endswith("starts 2.6× faster.")


def test_larger_is_told_as_larger_and_without_starts_nothing_of_speed() -> None:
    trial = measured(lean(), heavy(), ((), ()))
    assert sentences(trial)[0] == "Multi-stage is 500 MB larger."


def test_the_table_has_both_sides_and_medians() -> None:
    rows = told(measured())
    assert rows["Image size"] == ("870 MB", "370 MB", "−57.5 %", True)
    assert rows["Compressed (push / pull)"] == ("486 MB", "157 MB", "−67.7 %", True)
    assert rows["Cold start, median of 7"] == ("8.3 s", "3.1 s", "−62.7 %", True)
    assert rows["… to the first prediction"][:2] == ("8.4 s", "3.3 s")
    assert rows["Build, no cache"] == ("96.4 s", "104 s", "+8.0 %", False)
    assert rows["Rebuild after model change"] == ("71.2 s", "2.2 s", "−96.9 %", True)


def test_what_was_not_measured_has_no_row() -> None:
    trial = measured(starts=((), ()))
    trial = replace(trial, left=replace(trial.left, rebuild=None),
                    right=replace(trial.right, rebuild=None))  # fmt: skip
    names = told(trial).keys()
    assert not {"Rebuild after model change", "… to the first prediction"} & names
    assert not any(name.startswith("Cold start") for name in names)


def test_the_median_is_over_every_point() -> None:
    trial = measured(starts=((Start(1), Start(9), Start(2)), (Start(1, 2), Start(3), Start(2, 4))))
    assert (trial.left.healthy, trial.right.healthy) == (2, 2)
    assert (trial.left.predicted, trial.right.predicted) == (None, 3)


def test_json_names_every_start_and_the_ratio() -> None:
    content = json.loads(json.dumps(as_json(measured())))
    assert content["size_ratio"] == 0.4253
    assert content["page_cache"] == "warm"
    assert [one["healthy_s"] for one in content["right"]["starts"]][:2] == [3.0, 3.1]
    assert content["left"]["naive"] is True
    assert content["right"]["stages"] == "multi"
    assert content["left"]["compressed_bytes"] == 486_000_000


@pytest.mark.parametrize("ending", ["html", "md", "json"])
def test_a_report_holds_every_point_and_the_published_figures_as_theirs(
    tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"report.{ending}"
    save_report(trial_report(measured()), path, STARTED)
    text = path.read_text().replace("\\", "")
    for figure in ("8.6", "3.0", "not measured here: 1.2 GB and 8.3 s"):
        assert figure in text
    assert "naive" in text


def test_the_page_draws_every_start(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    save_report(trial_report(measured()), path, STARTED)
    text = path.read_text()
    assert text.count('<i style="left:') == 14
    assert text.count('<b style="left:') == 2
    save_report(trial_report(measured(starts=((), ()))), path, STARTED)
    assert '<div class="times">' not in path.read_text()


def test_names_from_outside_are_no_markup(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    save_report(trial_report(measured(model="<script>x</script>")), path, STARTED)
    assert "<script>" not in path.read_text()


def test_the_circumstances_are_said() -> None:
    trial = measured()
    assert circumstances(trial) == (
        "same commit c81a5f9d · same base image python:3.11-slim · 7 starts each, alternating · "
        "page cache warm"
    )
    assert circumstances(replace(trial, commit="")).startswith("same folder ·")


def test_kept_images_are_named() -> None:
    trial = measured()
    kept = replace(trial, right=replace(trial.right, kept_as="shop-compared:multi-1"))
    assert any("shop-compared:multi-1" in note for note in trial_document(kept).notes)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0834, "0.08 s"), (0.83, "0.83 s"), (8.31, "8.3 s"), (96.4, "96.4 s"), (1204, "1,204 s")],
)
def test_times_have_three_digits(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text
