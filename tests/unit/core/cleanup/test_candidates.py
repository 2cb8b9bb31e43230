"""What could go, why, and what holds it; and the true bytes of any set."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.cleanup.candidates import Candidate, Cleanup, Reason, find_candidates
from modeldesk.core.cleanup.holds import WAYS_BACK, ServiceNeeds
from modeldesk.core.cleanup.rules import KeepRules
from modeldesk.core.containers.model import ContainerStatus, ContainerSummary
from modeldesk.core.ids import DeploymentName
from modeldesk.core.keep_rule import KeepRule
from modeldesk.core.library.grouping import LocalImage
from modeldesk.core.library.snapshot import make_snapshot
from modeldesk.core.releases.model import VersionTarget
from tests.unit.core.library.images import START, container, image, image_id, layers

LATER = START + timedelta(days=100)
KEEP_ONE = KeepRules(KeepRule(1, 0))


def found(
    *images: LocalImage,
    containers: Sequence[ContainerSummary] = (),
    needs: Sequence[ServiceNeeds] = (),
    rules: KeepRules = KEEP_ONE,
) -> Cleanup:
    return find_candidates(make_snapshot(images, containers), needs, rules, LATER)


def told(cleanup: Cleanup) -> list[tuple[str, Reason, str]]:
    return [(one.version.name, one.reason, one.locked) for one in cleanup.candidates]


def target(number: int) -> VersionTarget:
    return VersionTarget(image_id(number), f"rec:v{number}", image_id(number))


def only(cleanup: Cleanup, name: str) -> Candidate:
    (one,) = (one for one in cleanup.candidates if one.version.name == name)
    return one


class TestReasons:
    def test_untagged_deprecated_then_old(self) -> None:
        cleanup = found(
            image(1, "rec:v1.0.0", "rec:deprecated", stack="ab"),
            image(2, "rec:v1.1.0", stack="ac"),
            image(3, "rec:v1.2.0", stack="ad"),
            image(4, stack="ae"),
        )

        assert told(cleanup) == [
            ("000000000000", Reason.UNTAGGED, ""),
            ("v1.0.0", Reason.DEPRECATED, ""),
            ("v1.1.0", Reason.OLD, ""),
        ]

    def test_an_old_version_says_how_old(self) -> None:
        rec = image(1, "rec:v1.0.0"), image(2, "rec:v1.1.0")
        old = only(found(*rec), "v1.0.0").version
        cases = (
            (old.created + timedelta(hours=5), "less than a day old, 1 newer"),
            (old.created + timedelta(days=3), "3 days old, 1 newer"),
        )
        for now, why in cases:
            cleanup = find_candidates(make_snapshot(rec, ()), (), KEEP_ONE, now)
            assert only(cleanup, "v1.0.0").why == why

    def test_an_untagged_image_says_what_it_was(self) -> None:
        labels = {"org.opencontainers.image.version": "v1.0.0"}
        cleanup = found(image(1, model="digits", labels=labels), image(2))

        assert {one.why for one in cleanup.candidates} == {
            "was digits v1.0.0",
            "left by a build or a tag that moved",
        }

    def test_base_images_are_left_alone(self) -> None:
        assert told(found(image(1, "python:3.10", stack="a"), image(2, "rec:v1", stack="ab"))) == []

    def test_an_image_of_two_models_is_two_candidates_and_goes_with_both(self) -> None:
        cleanup = found(
            image(1, "a:v1", "b:v1", stack="x"),
            image(2, "a:v2", stack="y"),
            image(3, "b:v2", stack="z"),
        )
        first, second = cleanup.candidates

        assert cleanup.bytes_back([first]) == 0
        assert cleanup.bytes_back([first, second]) == 10
        assert cleanup.plan([first]).names == ("a:v1",)


class TestRule:
    def test_the_newest_stay_and_so_do_the_young(self) -> None:
        day = 24 * 60
        images = [image(n, f"rec:v1.{n}.0", created=n * 10 * day) for n in range(1, 10)]

        def old(newest: int, days: int) -> list[str]:
            cleanup = found(*images, rules=KeepRules(KeepRule(newest, days)))
            return [one.version.name for one in cleanup.candidates]

        assert old(7, 0) == ["v1.2.0", "v1.1.0"]
        assert old(1, 75) == ["v1.2.0", "v1.1.0"]
        assert old(8, 75) == ["v1.1.0"]
        assert old(9, 0) == []
        assert old(1, 1000) == []

    def test_a_model_may_have_its_own(self) -> None:
        images = [image(n, f"rec:v1.{n}.0") for n in range(1, 4)]
        images += [image(10 + n, f"ocr:v1.{n}.0") for n in range(1, 4)]
        rules = KeepRules(KeepRule(1, 0), {"ocr": KeepRule(3, 0)})

        assert {one.key.model for one in found(*images, rules=rules).candidates} == {"rec"}


class TestHolds:
    def test_containers(self) -> None:
        cleanup = found(
            image(1, "rec:v1"),
            image(2, "rec:v2"),
            image(3, "rec:v3"),
            containers=[
                container("serving", of=1),
                container("old", of=2, status=ContainerStatus.EXITED),
            ],
        )

        assert only(cleanup, "v1").locked == (
            "In use by a running container: serving. Stop and remove it first."
        )
        assert "stopped container still needs it: old" in only(cleanup, "v2").locked

    def test_what_a_deployment_is_to_run_and_the_nearest_ways_back(self) -> None:
        last = WAYS_BACK + 3
        needs = ServiceNeeds(
            DeploymentName("shop"), target(1), [target(n) for n in range(2, last + 1)]
        )
        images = [image(n, f"rec:v1.{n}.0") for n in range(1, last + 2)]

        cleanup = found(*images, needs=[needs])

        assert only(cleanup, "v1.1.0").locked == "shop is to run it."
        held = [one.version.name for one in cleanup.candidates if "roll back" in one.locked]
        assert sorted(held) == [f"v1.{n}.0" for n in range(2, 2 + WAYS_BACK)]
        assert only(cleanup, "v1.6.0").locked == ""

    def test_an_untagged_image_a_deployment_can_go_back_to(self) -> None:
        needs = ServiceNeeds(DeploymentName("shop"), None, [target(1)])

        (one,) = found(image(1), image(2, "rec:v2"), needs=[needs]).candidates

        assert one.locked == "shop can roll back to it."

    def test_tags_that_move(self) -> None:
        cleanup = found(
            image(1, "rec:v1", "rec:stable"),
            image(2, "rec:v2", "rec:candidate", "rec:deprecated"),
            image(3, "rec:v3", "rec:latest"),
            image(4, "rec:v4"),
        )

        assert {one.version.name: one.locked.split()[0] for one in cleanup.candidates} == {
            "v1": "stable",
            "v2": "candidate",
            "v3": "latest",
        }

    def test_the_base_of_others(self) -> None:
        cleanup = found(
            image(1, "rec:v1", model="rec", stack="ab"),
            image(2, "rec:v2", model="rec", stack="xy"),
            *(image(10 + n, f"app{n}:v1", model=f"app{n}", stack=f"ab{n}") for n in range(5)),
        )

        locked = only(cleanup, "v1").locked
        assert locked.startswith("Base of app0:v1, app1:v1, app2:v1 and 2 more;")

    def test_the_next_version_of_the_same_model_does_not_hold_it(self) -> None:
        cleanup = found(image(1, "rec:v1", stack="ab"), image(2, "rec:v2", stack="abc"))

        assert only(cleanup, "v1").locked == ""

    def test_what_is_locked_is_in_no_plan_and_no_figure(self) -> None:
        cleanup = found(image(1, "rec:v1", "rec:stable", stack="a"), image(2, "rec:v2", stack="b"))

        assert cleanup.bytes_back(cleanup.candidates) == 0
        assert cleanup.plan(cleanup.candidates).names == ()


STACKS = st.lists(st.text(alphabet="abcd", max_size=6), max_size=9)


@given(STACKS, st.data())
def test_the_bytes_of_a_set_are_the_difference_of_totals(
    drawn: list[str], data: st.DataObject
) -> None:
    """Reckoned naively: each chain of layers is on the disk once."""

    def on_disk(stacks: Sequence[str]) -> int:
        return 10 * len({stack[:end] for stack in stacks for end in range(1, len(stack) + 1)})

    cleanup = found(*(image(number, stack=stack) for number, stack in enumerate(drawn)))
    numbers = {one.key: int(one.key.image[-8:], 16) for one in cleanup.candidates}
    free = [one for one in cleanup.candidates if not one.locked]
    chosen = [one for one in free if data.draw(st.booleans())]

    gone = {numbers[one.key] for one in chosen}
    left = [stack for number, stack in enumerate(drawn) if number not in gone]
    assert cleanup.bytes_back(chosen) == on_disk(drawn) - on_disk(left)
    assert cleanup.plan(chosen).bytes_back == cleanup.bytes_back(chosen)


def test_another_set_of_a_thousand_images_is_reckoned_in_a_moment() -> None:
    images = [
        image(n, f"m{n // 20}:v1.{n}.0", stack=(*layers("abcdefgh"), *layers(f"{n % 7}{n:04}")))
        for n in range(1000)
    ]
    cleanup = found(*images)
    chosen = cleanup.candidates[::2]

    fastest = min(_seconds(lambda: cleanup.bytes_back(chosen)) for _ in range(5))

    assert len(cleanup.candidates) == 950
    assert fastest < 0.02


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
