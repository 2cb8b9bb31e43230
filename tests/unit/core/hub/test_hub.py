"""Models of a registry: listed, found, described, promoted, published."""

import io
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modeldesk.core.channels.model import MoveState
from modeldesk.core.errors import (
    ArtifactError,
    ArtifactUnsafe,
    ChannelMoved,
    InvalidInput,
    InvalidReference,
    ModelDeskError,
    NotInRegistry,
    RegistryDenied,
    RegistryUnavailable,
    RuleBroken,
    TagTaken,
)
from modeldesk.core.hub.describing import Description, describe
from modeldesk.core.hub.listing import FRESH_S
from modeldesk.core.hub.names import Shelf
from modeldesk.core.hub.promoting import Wish
from modeldesk.core.hub.publishing import Arrived, publish
from modeldesk.core.hub.service import Hub
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.metadata.keys import parse_key
from modeldesk.core.search.model import Order
from tests.unit.core.hub.hubs import GO, HOST, Desk, weights

ACCURACY = parse_key("metric.accuracy")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def wish(channel: str, expected: str | None, *, override: bool = False, why: str = "") -> Wish:
    return Wish(channel, expected, "mei", why, override)


def found(hub: Hub, text: str, *, first: int = 0, most: int = 10) -> tuple[list[str], int]:
    page = hub.finder.find(text, Order(), first, most, lambda _: True, GO)
    return [f"{one.model}:{one.version.name}" for one in page.hits], page.total


class TestNames:
    def test_all_of_a_registry(self) -> None:
        shelf = Shelf(HOST)
        assert shelf.repository("team/rec") == "team/rec"
        assert shelf.model("team/rec") == "team/rec"

    def test_what_lies_under_a_path(self) -> None:
        shelf = Shelf(HOST, "models")
        assert str(shelf.reference("rec")) == "registry.lan/models/rec"
        assert shelf.model("models/rec") == "rec"
        assert shelf.model("modelsx/rec") is None
        assert shelf.model("models") is None

    @pytest.mark.parametrize("model", ["", "..", "../other", "A", "a//b", "a/", "/a", "a:b", "a\0"])
    def test_what_can_be_no_model_is_refused(self, model: str) -> None:
        with pytest.raises(InvalidReference):
            Shelf(HOST, "models").repository(model)


class TestListing:
    def test_models_and_versions(self, desk: Desk) -> None:
        desk.add("team/rec", "v1.0.0")
        digest = desk.add("team/rec", "v1.1.0")
        desk.add("fraud", "v1.0.0")
        hub = desk.hub()
        assert hub.listing.models(GO) == ("fraud", "team/rec")
        listed = hub.listing.listed("team/rec", GO)
        assert [one.name for one in listed.versions] == ["v1.1.0", "v1.0.0"]
        assert listed.version("v1.1.0").held.digest == digest
        assert listed.version(digest).name == "v1.1.0"
        with pytest.raises(NotInRegistry):
            listed.version("v2")

    def test_only_what_lies_under_the_path(self) -> None:
        desk = Desk(Shelf(HOST, "team"))
        desk.add("rec", "v1")
        desk.registry.add_image("other/x", "v1", [b"x"])
        assert desk.hub().listing.models(GO) == ("rec",)

    def test_named_repositories_where_a_registry_lists_none(self) -> None:
        desk = Desk(Shelf(HOST, repositories=("team/rec",)))
        desk.registry.has_catalog = False
        desk.hub().listing.check(GO)
        assert desk.hub().listing.models(GO) == ("team/rec",)

    def test_an_answer_counts_for_a_while(self, desk: Desk) -> None:
        desk.add("rec", "v1")
        hub = desk.hub()
        hub.listing.listed("rec", GO)
        desk.add("rec", "v2")
        assert len(hub.listing.listed("rec", GO).versions) == 1
        desk.seconds += FRESH_S
        assert len(hub.listing.listed("rec", GO).versions) == 2
        desk.add("rec", "v3")
        hub.listing.changed("rec")
        assert len(hub.listing.listed("rec", GO).versions) == 3

    def test_names_of_what_is_not_there_are_not_kept(self, desk: Desk) -> None:
        hub = desk.hub()
        for number in range(20):
            with pytest.raises(NotInRegistry):
                hub.listing.listed(f"no{number}", GO)
        assert not hub.listing._asking
        assert not hub.listing._kept

    def test_a_registry_that_is_away_is_told(self, desk: Desk) -> None:
        desk.registry.is_away = True
        with pytest.raises(RegistryUnavailable):
            desk.hub().listing.check(GO)


class TestFinding:
    def test_by_metadata_over_all_models(self, desk: Desk) -> None:
        desk.add("a", "v1", accuracy=0.8)
        desk.add("a", "v2", accuracy=0.95)
        desk.add("b", "v1", accuracy=0.91)
        hub = desk.hub()
        assert found(hub, "accuracy >= 0.9")[1] == 2
        assert set(found(hub, "accuracy >= 0.9")[0]) == {"a:v2", "b:v1"}
        page = hub.finder.find("", Order(), 0, 10, lambda model: model == "b", GO)
        assert [one.model for one in page.hits] == ["b"]

    def test_page_by_page(self, desk: Desk) -> None:
        for number in range(5):
            desk.add("a", f"v{number}")
        hub = desk.hub()
        pages = [found(hub, "", first=first, most=2) for first in (0, 2, 4, 6)]
        assert [total for _, total in pages] == [5] * 4
        assert sorted(name for names, _ in pages for name in names) == [
            f"a:v{number}" for number in range(5)
        ]

    def test_a_repository_of_others_is_none_of_ours(self, desk: Desk) -> None:
        desk.add("a", "v1")
        desk.registry.errors["tags"] = [RegistryDenied("not yours")]
        assert found(desk.hub(), "")[1] == 0


class TestDescribing:
    def change(self, hub: Hub, model: str = "a", version: str = "v1", **values: float) -> None:
        one = hub.listing.listed(model, GO, fresh_s=0).version(version)
        wanted = Description({ACCURACY: values["accuracy"]}, (), "measured again", "mei")
        describe(hub.registries, one, wanted, hub.now, GO)

    def test_another_program_knows_it_at_once(self, desk: Desk) -> None:
        desk.add("a", "v1", accuracy=0.8)
        self.change(desk.hub(), accuracy=0.9)
        self.change(desk.hub(), accuracy=0.95)
        known = desk.hub().listing.listed("a", GO).version("v1").metadata
        assert known.values[ACCURACY].value == 0.95
        assert [one.author for one in known.history] == ["mei", "mei"]

    def test_what_changes_nothing_is_no_edit(self, desk: Desk) -> None:
        desk.add("a", "v1", accuracy=0.8)
        hub = desk.hub()
        before = desk.registry.asked["put_manifest"]
        self.change(hub, accuracy=0.8)
        assert desk.registry.asked["put_manifest"] == before

    def test_it_fails_where_the_registry_does(self, desk: Desk) -> None:
        desk.add("a", "v1")
        desk.registry.errors["put_blob"] = [RegistryDenied("read only")]
        with pytest.raises(RegistryDenied):
            self.change(desk.hub(), accuracy=0.9)
        assert desk.hub().listing.listed("a", GO).version("v1").edits == ()

    def test_a_version_that_went_is_told(self, desk: Desk) -> None:
        digest = desk.add("a", "v1")
        hub = desk.hub()
        one = hub.listing.listed("a", GO).version("v1")
        desk.registry.delete_manifest("a", digest, GO)
        with pytest.raises(NotInRegistry):
            describe(hub.registries, one, Description({ACCURACY: 1.0}, (), "", "m"), hub.now, GO)


class TestPromoting:
    def move(self, hub: Hub, channel: str, version: str, wanted: Wish) -> MoveState | None:
        listed = hub.listing.listed("a", GO, fresh_s=0)
        done = hub.promoter.move(listed, listed.version(version), wanted, Job())
        return done.state if done else None

    def test_a_channel_is_moved_where_it_was_seen(self, desk: Desk) -> None:
        one, two = desk.add("a", "v1"), desk.add("a", "v2")
        hub = desk.hub()
        assert self.move(hub, "candidate", "v1", wish("candidate", "")) is MoveState.DONE
        with pytest.raises(ChannelMoved):
            self.move(hub, "candidate", "v2", wish("candidate", ""))
        with pytest.raises(ChannelMoved):
            self.move(hub, "candidate", "v2", wish("candidate", two))
        assert self.move(hub, "candidate", "v2", wish("candidate", one)) is MoveState.DONE
        assert self.move(hub, "candidate", "v2", wish("candidate", two)) is None
        listed = hub.listing.listed("a", GO, fresh_s=0)
        at = hub.promoter.channel(listed, "candidate")
        assert (at.digest, at.versions) == (two, ("v2",))

    def test_every_program_knows_its_history(self, desk: Desk) -> None:
        one, two = desk.add("a", "v1"), desk.add("a", "v2")
        self.move(desk.hub(), "candidate", "v1", wish("candidate", "", why="first"))
        self.move(desk.hub(), "candidate", "v2", wish("candidate", one))
        history = desk.hub().promoter.history("a", "candidate")
        assert [(move.before, move.after, move.why) for move in history] == [
            ("v1", "v2", ""),
            ("", "v1", "first"),
        ]
        assert [move.steps[0].after for move in history] == [two, one]
        assert desk.hub().promoter.history("a", "stable") == ()

    def test_its_rules_hold(self, desk: Desk) -> None:
        desk.add("a", "v1")
        desk.add("a", "v2", accuracy=0.9)
        with pytest.raises(RuleBroken, match="without metrics"):
            self.move(desk.hub(), "stable", "v1", wish("stable", ""))
        with pytest.raises(RuleBroken, match="candidate"):
            self.move(desk.hub(), "stable", "v2", wish("stable", ""))
        self.move(desk.hub(), "candidate", "v2", wish("candidate", ""))
        assert self.move(desk.hub(), "stable", "v2", wish("stable", "")) is MoveState.DONE

    def test_they_are_overruled_with_a_reason(self, desk: Desk) -> None:
        desk.add("a", "v1")
        with pytest.raises(InvalidInput, match="with a reason"):
            self.move(desk.hub(), "stable", "v1", wish("stable", "", override=True))
        self.move(desk.hub(), "stable", "v1", wish("stable", "", override=True, why="urgent"))
        (move,) = desk.hub().promoter.history("a", "stable")
        assert (move.broken, move.why) == (("metrics", "after"), "urgent")

    def test_a_channel_is_taken_off(self, desk: Desk) -> None:
        one = desk.add("a", "v1")
        hub = desk.hub()
        self.move(hub, "candidate", "v1", wish("candidate", ""))
        listed = hub.listing.listed("a", GO, fresh_s=0)
        with pytest.raises(ChannelMoved):
            hub.promoter.clear(listed, "", wish("candidate", ""), Job())
        assert hub.promoter.clear(listed, "", wish("candidate", one), Job()) is not None
        listed = hub.listing.listed("a", GO, fresh_s=0)
        assert hub.promoter.channel(listed, "candidate").digest == ""
        assert hub.promoter.clear(listed, "", wish("candidate", ""), Job()) is None
        assert [one.after for one in hub.promoter.history("a")] == ["", "v1"]

    def test_any_number_of_versions_are_deprecated(self, desk: Desk) -> None:
        desk.add("a", "v1")
        desk.add("a", "v2")
        hub = desk.hub()
        for version in ("v1", "v2"):
            self.move(hub, "deprecated", version, wish("deprecated", None))
        listed = hub.listing.listed("a", GO, fresh_s=0)
        assert set(hub.promoter.channel(listed, "deprecated").versions) == {"v1", "v2"}
        hub.promoter.clear(listed, "v1", wish("deprecated", None), Job())
        listed = hub.listing.listed("a", GO, fresh_s=0)
        assert hub.promoter.channel(listed, "deprecated").versions == ("v2",)

    def test_there_are_channels_that_are_none(self, desk: Desk) -> None:
        desk.add("a", "v1")
        hub = desk.hub()
        listed = hub.listing.listed("a", GO)
        with pytest.raises(NotInRegistry):
            hub.promoter.channel(listed, "v1")
        with pytest.raises(InvalidInput):
            self.move(hub, "latest", "v1", wish("latest", ""))


class TestPublishing:
    def send(
        self, desk: Desk, tmp_path: Path, content: bytes, version: str = "v1.0.0", name: str = ""
    ) -> str:
        file = tmp_path / "sent"
        file.write_bytes(content)
        hub = desk.hub()
        done = publish(
            hub.registries,
            Arrived(file, name),
            hub.shelf.reference("rec"),
            version,
            {ACCURACY: 0.9},
            hub.now,
            Job(),
        )
        assert list(tmp_path.iterdir()) == []
        return done.pushed.target.tag

    def tar(self, **files: bytes) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name, content in files.items():
                member = tarfile.TarInfo(name.replace("_UP_", "../").replace("_DOT_", "."))
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        return out.getvalue()

    def test_a_folder_becomes_a_version(self, desk: Desk, tmp_path: Path) -> None:
        self.send(desk, tmp_path, self.tar(model_DOT_safetensors=weights(1), README_DOT_md=b"# hi"))
        one = desk.hub().listing.listed("rec", GO).version("v1.0.0")
        assert one.held.artifact is not None
        assert {layer.path for layer in one.held.artifact.layers} == {
            "model.safetensors",
            "README.md",
        }
        assert one.metadata.values[ACCURACY].value == 0.9

    def test_so_does_a_file_of_weights(self, desk: Desk, tmp_path: Path) -> None:
        self.send(desk, tmp_path, weights(1), name="deep/model.safetensors")
        one = desk.hub().listing.listed("rec", GO).version("v1.0.0")
        assert one.held.artifact is not None
        assert one.held.size_bytes == len(weights(1))

    def test_the_next_name_is_found(self, desk: Desk, tmp_path: Path) -> None:
        first = self.send(desk, tmp_path, weights(1), "", "model.safetensors")
        second = self.send(desk, tmp_path, weights(2), "", "model.safetensors")
        assert first != second
        assert len(desk.hub().listing.listed("rec", GO).versions) == 2

    def test_a_name_is_given_once(self, desk: Desk, tmp_path: Path) -> None:
        self.send(desk, tmp_path, weights(1), name="model.safetensors")
        self.send(desk, tmp_path, weights(1), name="model.safetensors")
        with pytest.raises(TagTaken):
            self.send(desk, tmp_path, weights(2), name="model.safetensors")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("content", "name", "error"),
        [
            (b"", "", ArtifactError),
            (b"\x1f\x8b" + b"\0" * 600, "", ArtifactError),
            (b"x" * 511, "", ArtifactError),
            (b"x", "../up.safetensors", ArtifactUnsafe),
            (b"x", "/etc/model.safetensors", ArtifactUnsafe),
            (b"x", "notes.txt", ArtifactError),
        ],
    )
    def test_what_is_no_model_is_refused(
        self, desk: Desk, tmp_path: Path, content: bytes, name: str, error: type[ModelDeskError]
    ) -> None:
        with pytest.raises(error) as caught:
            self.send(desk, tmp_path, content, name=name)
        assert str(tmp_path) not in str(caught.value)
        assert [one.name for one in tmp_path.iterdir()] in ([], ["sent"])
        assert not desk.registry.kept

    def test_nothing_is_written_elsewhere(self, desk: Desk, tmp_path: Path) -> None:
        room = tmp_path / "room"
        room.mkdir()
        with pytest.raises(ArtifactUnsafe):
            self.send(desk, room, self.tar(_UP_model_DOT_safetensors=b"x"))
        assert not (tmp_path / "model.safetensors").exists()

    def test_a_link_is_refused(self, desk: Desk, tmp_path: Path) -> None:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            member = tarfile.TarInfo("model.safetensors")
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(member)
        with pytest.raises(ArtifactUnsafe):
            self.send(desk, tmp_path, out.getvalue())


def test_a_move_is_at_the_time_of_the_hub(desk: Desk) -> None:
    desk.add("a", "v1")
    desk.now = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(hours=2)
    hub = desk.hub()
    listed = hub.listing.listed("a", CancelToken())
    hub.promoter.move(listed, listed.version("v1"), wish("candidate", ""), Job())
    (move,) = hub.promoter.history(ModelName("a"))
    assert move.time == desk.now
