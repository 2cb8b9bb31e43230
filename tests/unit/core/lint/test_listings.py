"""What is found of a folder with links, and of files that are nowhere to be looked at."""

from dataclasses import replace
from pathlib import Path

from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.listing import Listing, list_folder
from modeldesk.core.model_folder.model import FileEntry
from tests.unit.core.lint.parts import check, check_ignore

HEAD = "FROM python:3.11-slim\nWORKDIR /app\nUSER app\nHEALTHCHECK CMD x\n"


def with_links(folder: Path) -> Listing:
    (folder / "data").mkdir()
    (folder / "data" / "rows.csv").write_text("1,2\n")
    (folder / "rows").symlink_to("data")
    (folder / "away").symlink_to("/nowhere")
    (folder / "empty").mkdir()
    return list_folder(folder, CancelToken())


def missing(listing: Listing, *names: str) -> list[str]:
    text = HEAD + "".join(f"COPY {name} ./\n" for name in names)
    found = check(text, listing)
    return [one.what.partition(" ")[0] for one in found if one.rule == "copy-missing"]


def test_links_are_listed_wherever_they_lead_and_are_no_files(tmp_path: Path) -> None:
    listing = with_links(tmp_path)
    assert listing.files == (FileEntry("data/rows.csv", 4),)
    assert listing.links == {"rows", "away"}


def test_what_lies_behind_a_link_is_there_also_where_nobody_can_look(tmp_path: Path) -> None:
    listing = with_links(tmp_path)
    names = ("rows", "away", "rows/rows.csv", "gone.csv")
    assert missing(listing, *names, "empty") == ["gone.csv"]
    # A commit has no empty folders.
    nowhere = replace(listing, folder=None)
    assert missing(nowhere, *names) == ["gone.csv"]
    assert missing(nowhere, "../rows/x") == ["../rows/x"]


def test_an_exception_may_bring_back_a_link(tmp_path: Path) -> None:
    found = check_ignore("*\n!rows\n", with_links(tmp_path))
    assert "ignore-exception" not in {one.rule for one in found}
