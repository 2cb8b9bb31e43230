"""A model on an engine and in a registry, and the service that moves its channels."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from modeldesk.core.channels.model import ChannelStatus, Move, MovePlan
from modeldesk.core.channels.service import ChannelService
from modeldesk.core.channels.shared import SharedMoves
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.labels import METRICS_LABEL, MODEL_NAME_LABEL, TESTS_LABEL
from modeldesk.core.library.find import find_models
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.library.service import Library
from modeldesk.core.references import Reference
from tests.fakes.channel_records import FakeChannelRecords
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.records import FakeImageRecords
from tests.fakes.registry import FakeRegistries

if TYPE_CHECKING:
    from modeldesk.core.channel_rule import ChannelRule

REC = ModelName("rec")
HOST = "registry.lan:5000"
REPOSITORY = "team/rec"
NAME = f"{HOST}/{REPOSITORY}"
STARTED = datetime(2026, 4, 5, 12, tzinfo=UTC)


class Bench:
    """Versions are added by `add`; `set` is one move from its plan to its end."""

    def __init__(self) -> None:
        self.engine = FakeEngine(own_id="engine-1")
        self.registries = FakeRegistries(HOST)
        self.registry = self.registries.at(HOST)
        self.records = FakeChannelRecords()
        self.locks = FakeDeploymentLocks()
        self.rules: dict[str, ChannelRule] = {}
        self.minutes = 0
        self.service = self.another_program()

    def another_program(self) -> ChannelService:
        """As the first, with the same records and locks."""
        return ChannelService(
            self.records,
            lambda: self.registries,
            self.locks,
            lambda: "mei",
            self._now,
            lambda: self.rules,
        )

    def on_a_machine(self, who: str, records: FakeChannelRecords | None = None) -> ChannelService:
        """With records of its own, of one that tells registries what it moves."""
        return ChannelService(
            records or FakeChannelRecords(),
            lambda: self.registries,
            FakeDeploymentLocks(),
            lambda: who,
            self._now,
            lambda: self.rules,
            shared=SharedMoves(lambda: self.registries),
            repositories=lambda _: (NAME,),
        )

    def add(
        self,
        tag: str,
        *,
        pushed: bool = True,
        metrics: bool = True,
        tests: str = "",
        name: str = NAME,
    ) -> ImageId:
        """A version here and, if it was pushed, there."""
        told: dict[str, str] = {MODEL_NAME_LABEL: REC}
        if tests:
            told[TESTS_LABEL] = tests
        if metrics:
            told[METRICS_LABEL] = '{"accuracy": 0.9}'
        digests = []
        if pushed:
            config = {"config": {"Labels": told}, "version": tag}
            manifest = self.registry.add_image(REPOSITORY, tag, (tag.encode(),), config)
            digests = [f"{name}@{manifest.digest}"]
        self.minutes += 1
        return self.engine.add_image(
            f"{name}:{tag}", labels=told, digests=digests, created=self._now()
        )

    def snapshot(self) -> LibrarySnapshot:
        return Library(FakeImageRecords()).reload(self.engine)

    def version(self, tag: str) -> Version:
        found = find_models(self.snapshot(), REC)[0].versions
        return next(one for one in found if one.name == tag)

    def plan(self, tag: str, channel: str = "stable", *, here_only: bool = False) -> MovePlan:
        return self.service.plan(
            self.engine,
            self.snapshot(),
            self.version(tag),
            channel,
            CancelToken(),
            here_only=here_only,
        )

    def plan_off(self, tag: str, channel: str = "stable") -> MovePlan:
        token = CancelToken()
        version = self.version(tag)
        return self.service.plan_off(self.engine, self.snapshot(), version, channel, token)

    def carry_out(self, plan: MovePlan, why: str = "", *, override: bool = False) -> Move:
        return self.service.move(self.engine, plan, why, Job(), override=override)

    def set(self, tag: str, channel: str = "stable", why: str = "") -> Move:
        return self.carry_out(self.plan(tag, channel), why)

    def undo(self, channel: str = "stable") -> Move:
        return self.carry_out(self.service.plan_undo(self.engine, REC, channel))

    def status(self) -> tuple[ChannelStatus, ...]:
        model = find_models(self.snapshot(), REC)[0]
        return self.service.status(self.engine, model, CancelToken())

    def here(self, tag: str, name: str = NAME) -> str:
        """The version that a tag of the engine names; empty for nothing."""
        reference = Reference.parse(f"{name}:{tag}")
        for image in self.engine.list_images():
            if reference in image.tags:
                return min(one.tag for one in image.tags if one.tag.startswith("v"))
        return ""

    def there(self, tag: str) -> str:
        """The version that a tag of the registry names; empty for nothing."""
        kept = self.registry.kept[REPOSITORY]
        digest = kept.tags.get(tag)
        versions = (one for one, named in kept.tags.items() if named == digest)
        return min((one for one in versions if one.startswith("v")), default="") if digest else ""

    def both(self, tag: str = "stable") -> tuple[str, str]:
        return self.here(tag), self.there(tag)

    def push_under(self, image: ImageId, tag: str) -> None:
        """What a push by another machine leaves: nothing of it is known here."""
        config = json.dumps({"other": tag}).encode()
        document = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": image,
                "size": len(config),
            },
            "layers": [],
        }
        self.registry.add_manifest(REPOSITORY, tag, document)
        self.registry.kept[REPOSITORY].blobs[image] = config

    def _now(self) -> datetime:
        return STARTED + timedelta(minutes=self.minutes)
