"""Figures as CSV."""

from pathlib import Path

from modeldesk.ui.charts.pictures import save_csv


def test_no_name_is_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    names = ("=1+1", "+1", "-1", "@a", "\t=1", "a=1", "")
    save_csv(tmp_path / "a.csv", ["name", "bytes"], [[name, -5] for name in names])
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines() == [
        "name,bytes", "'=1+1,-5", "'+1,-5", "'-1,-5", "'@a,-5", "'\t=1,-5", "a=1,-5", ",-5"
    ]  # fmt: skip
