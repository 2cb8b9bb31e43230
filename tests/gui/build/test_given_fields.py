"""Arguments and secrets in the form of a build."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from modeldesk.core.build.model import Asked, Builder
from modeldesk.core.build.secret import SecretKind, SecretSource
from modeldesk.core.errors import InvalidInput
from modeldesk.ui.build.given_fields import GivenFields
from modeldesk.ui.build.views import Showing
from modeldesk.ui.theme.theme import Theme
from tests.gui.build.bench import Bench

DOCKERFILE = """\
FROM python:3.11-slim
ARG INDEX=https://pypi.org/simple
ARG HUB_TOKEN
RUN --mount=type=secret,id=pip true
"""


@pytest.fixture
def fields(qtbot: QtBot, theme: Theme) -> GivenFields:
    fields = GivenFields(theme)
    qtbot.addWidget(fields)
    fields.show_dockerfile(DOCKERFILE)
    return fields


def test_what_the_dockerfile_asks_for_is_offered(fields: GivenFields) -> None:
    assert [row.name for row in fields.arguments] == ["INDEX", "HUB_TOKEN"]
    assert fields.arguments[0].value.placeholderText() == "https://pypi.org/simple"
    assert [row.name for row in fields.secrets] == ["pip"]
    assert fields.fold.text() == "Arguments and secrets: 3 asked for"
    # A default is the Dockerfile's to give.
    assert (fields.build_args, fields.secrets_given(), fields.problem) == ({}, {}, "")


def test_another_dockerfile_keeps_what_was_given(fields: GivenFields) -> None:
    fields.arguments[1].value.setText("x")
    fields.show_dockerfile("FROM x\nARG OTHER\n")
    assert [row.name for row in fields.arguments] == ["HUB_TOKEN", "OTHER"]
    assert fields.secrets == []
    fields.forget()
    assert fields.arguments == []


def test_a_value_that_looks_secret_becomes_a_secret(fields: GivenFields) -> None:
    row = fields.arguments[1]
    row.value.setText("t0ken")
    assert "history" in row.warning.text()
    assert not row.to_secret.isHidden()
    row.to_secret.click()
    assert fields.build_args == {}
    secret = fields.secrets_given()["HUB_TOKEN"]
    assert secret.reveal() == b"t0ken"
    assert secret.source == SecretSource(SecretKind.TYPED)
    assert fields.secrets[1].place.echoMode() is QLineEdit.EchoMode.Password
    assert row.warning.isHidden()


def test_where_a_secret_comes_from(fields: GivenFields, tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("hush")
    row = fields.secrets[0]
    row.place.setText(str(tmp_path / "none"))
    assert "is no file" in fields.problem
    with pytest.raises(InvalidInput):
        fields.secrets_given()
    row.place.setText(str(tmp_path / "pip.conf"))
    assert fields.problem == ""
    assert fields.secrets_given()["pip"].reveal() == b"hush"
    row.kind.setCurrentIndex(1)
    assert row.place.text() == ""
    row.place.setText("NOT_SET_ANYWHERE")
    assert "not set" in fields.problem


def test_rows_of_ones_own(fields: GivenFields) -> None:
    fields.add_argument.click()
    row = fields.arguments[-1]
    row.value.setText("1")
    assert fields.problem != ""
    row.name_edit.setText("MINE")
    assert (fields.problem, fields.build_args) == ("", {"MINE": "1"})
    fields.add_secret.click()
    mine = fields.secrets[-1]
    mine.name_edit.setText("a b")
    assert "a b" in fields.problem
    mine.remove.click()
    row.remove.click()
    assert (fields.problem, fields.build_args, len(fields.secrets)) == ("", {}, 1)


def test_a_builder_without_secrets(fields: GivenFields) -> None:
    fields.set_buildkit(False)
    assert fields.problem == ""
    fields.secrets[0].kind.setCurrentIndex(2)
    fields.secrets[0].place.setText("hush")
    assert "no secrets" in fields.problem
    assert not fields.note.isHidden()
    assert "BuildKit" in fields.note.text()


def test_a_build_once_more_asks_again_for_what_was_hidden(fields: GivenFields) -> None:
    fields.repeat(
        Asked(
            build_args={"INDEX": "https://lan", "HUB_TOKEN": "••••••", "MINE": "1"},
            secrets={"pip": SecretSource(), "hub": SecretSource(SecretKind.ENVIRONMENT, "HOME")},
        )
    )
    assert fields.build_args == {"INDEX": "https://lan", "MINE": "1"}
    assert fields.arguments[1].value.note() == "type it again"
    assert list(fields.secrets_given()) == ["hub"]


def test_the_build_is_given_them(qtbot: QtBot, bench: Bench) -> None:
    bench.context.settings.change(bench.context.settings.current.__class__(builder="buildx"))
    bench.page.plan(bench.folder(dockerfile=DOCKERFILE))
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
    given = bench.page.form.given
    given.arguments[0].value.setText("https://lan")
    given.secrets[0].place.setText("/no/such/file")
    assert not bench.page.heading.build.isEnabled()
    given.secrets[0].kind.setCurrentIndex(2)
    given.secrets[0].place.setText("hush-hush")
    assert bench.page.heading.build.isEnabled()
    bench.page.heading.build.click()
    session = bench.page.session
    assert session is not None
    qtbot.waitUntil(lambda: not session.running)
    assert session.request.builder is Builder.BUILDX
    assert session.request.secrets["pip"].reveal() == b"hush-hush"
    record = bench.builds.history.record(session.request.build)
    assert record is not None
    assert record.asked.build_args == {"INDEX": "https://lan"}
    assert "hush" not in repr(record)
    # Once more: it is asked for again.
    bench.page.heading.again.click()
    qtbot.waitUntil(lambda: bench.page.showing is Showing.PLAN)
