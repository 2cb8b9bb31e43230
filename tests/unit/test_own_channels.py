"""A person's own channels are known to the whole program, as the settings say."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from modeldesk.composition import Parts
from modeldesk.core import settings as settings_file
from modeldesk.core.channel_rule import ChannelRule
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.channels import known_channels, use_own_channels
from modeldesk.paths import Paths


@pytest.fixture(autouse=True)
def _forget_own_channels() -> Iterator[None]:
    yield
    use_own_channels(())


def test_they_are_known_from_the_start_and_as_they_change(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    own = replace(Settings(), channel_rules={"production": ChannelRule()})
    settings_file.write_content(paths.settings, asdict(own))
    parts = Parts(paths)
    assert known_channels() == ("stable", "candidate", "production", "deprecated")
    parts.settings = replace(own, channel_rules={})
    assert known_channels() == ("stable", "candidate", "deprecated")
