"""Rules of channels in the settings file."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from modeldesk.core import settings as settings_file
from modeldesk.core.channel_rule import DEFAULT_RULES, ChannelRule


def loaded(path: Path, rules: object) -> dict[str, ChannelRule]:
    path.write_text(json.dumps({"format": 1, "channel_rules": rules}), encoding="utf-8")
    return dict(settings_file.load(path).settings.channel_rules)


def test_they_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    rules = {"stable": ChannelRule(tests=True), "production": ChannelRule(True, "stable", True)}
    settings_file.write_content(path, {"channel_rules": {k: asdict(v) for k, v in rules.items()}})
    assert settings_file.load(path).settings.channel_rules == rules


def test_a_rule_that_was_taken_off_stays_off(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings_file.write_content(path, {"channel_rules": {}})
    assert settings_file.load(path).settings.channel_rules == {}


@pytest.mark.parametrize("wrong", [None, [], "no", 3])
def test_what_is_no_rules_counts_as_the_programs_own(tmp_path: Path, wrong: object) -> None:
    assert loaded(tmp_path / "s.json", wrong) == dict(DEFAULT_RULES)


@pytest.mark.parametrize(
    "wrong", [None, {"metrics": 1, "after": "", "tests": True}, {"tests": True}]
)
def test_a_rule_that_can_not_be_read_is_not_dropped(tmp_path: Path, wrong: object) -> None:
    found = loaded(tmp_path / "s.json", {"stable": wrong, "production": wrong})
    assert found == dict(DEFAULT_RULES)
