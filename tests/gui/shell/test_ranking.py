"""Which entries a few letters find, and in which order."""

from modeldesk.ui.shell.ranking import rank

TITLES = ["recommendation", "recommendation v1.4.0", "refresh", "pre-release", "churn", "recent"]
NO_DETAILS = [""] * len(TITLES)


def found(query: str) -> list[str]:
    return [TITLES[place] for place in rank(query, TITLES, NO_DETAILS, 60)]


def test_nothing_typed_lists_everything_in_its_order() -> None:
    assert found("  ") == TITLES
    assert rank("", TITLES, NO_DETAILS, 2) == [0, 1]


def test_starts_come_before_word_starts_before_the_inside() -> None:
    assert found("re") == [
        "recent",
        "refresh",
        "recommendation",
        "recommendation v1.4.0",
        "pre-release",
    ]


def test_an_exact_title_comes_first() -> None:
    assert found("recommendation")[0] == "recommendation"


def test_every_word_must_match() -> None:
    assert found("rec 1.4") == ["recommendation v1.4.0"]
    assert found("rec churn") == []


def test_case_does_not_matter_and_letters_may_be_scattered() -> None:
    assert found("RCMD") == ["recommendation", "recommendation v1.4.0"]


def test_the_detail_is_searched_after_the_title() -> None:
    assert rank("stable", ["v1", "stable things"], ["stable", ""], 10) == [1, 0]


def test_chinese_names_are_found() -> None:
    assert rank("票据", ["ocr-zh · 票据识别"], [""], 10) == [0]


def test_of_three_thousand_entries_the_best_are_given() -> None:
    titles = [f"model-{n % 120} v1.{n}.0" for n in range(3_000)]
    details = [f"stable · registry.lan:5000/team/model-{n % 120}:v1.{n}.0" for n in range(3_000)]
    assert len(rank("m", titles, details, 60)) == 60
    assert titles[rank("v1.2999", titles, details, 60)[0]] == "model-119 v1.2999.0"
    assert rank("zzz", titles, details, 60) == []
