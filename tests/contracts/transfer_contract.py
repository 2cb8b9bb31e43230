"""What every `ImageEngine` promises of pushing and pulling, asked of the fake and of real engines
with a real registry alike."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import pytest

from modeldesk.core.errors import NotFound, NotInRegistry, RegistryUnavailable
from modeldesk.core.jobs import CancelToken, Part, PartState
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from tests.contracts.engine_contract import check_cancel


class TransferBench(Protocol):
    """An engine and the registries it reaches."""

    engine: ImageEngine
    registry: str
    """Host of one that takes everything."""
    away: str
    """Host of one that nobody answers at."""
    silent: str
    """Host of one that takes the connection and never says anything."""

    def repository(self) -> str:
        """One in `registry` that is not there yet."""
        ...

    def image(self, *tags: str) -> str:
        """A new image with these names and at least two layers; its id."""
        ...


class Heard(list[Part]):
    """Parts as they came."""

    def last(self) -> dict[str, Part]:
        """Each as it ended."""
        return {part.name: part for part in self}


class TransferContract:
    """Inherited by one test class per engine, which gives the fixture `bench`."""

    def test_what_is_pushed_can_be_pulled(self, bench: TransferBench) -> None:
        name = Reference.parse(f"{bench.repository()}:v1")
        image = bench.image(str(name))
        heard = Heard()
        digest = bench.engine.push(name, heard.append, CancelToken())
        assert digest.startswith("sha256:")
        assert len(heard.last()) >= 2
        assert all(part.ended for part in heard.last().values())
        assert PartState.DONE in {part.state for part in heard}
        for part in heard:
            assert 0 <= part.done <= (part.total or 0) or part.total is None
        known = next(one for one in bench.engine.list_images() if one.id == image)
        assert replace(name, tag="", digest=digest) in known.digests
        bench.engine.remove_image(str(name))
        assert bench.engine.image_summary(known.id) is None
        heard = Heard()
        pulled = bench.engine.pull(name, heard.append, CancelToken())
        assert (pulled.image, pulled.digest) == (image, digest)
        assert all(part.ended for part in heard.last().values())
        found = bench.engine.image_summary(pulled.image)
        assert found is not None
        assert found.tags == (name,)

    def test_what_is_there_does_not_move_again(self, bench: TransferBench) -> None:
        first = Reference.parse(f"{bench.repository()}:v1")
        second, elsewhere = first.with_tag("v2"), Reference.parse(f"{bench.repository()}:v1")
        bench.image(*map(str, (first, second, elsewhere)))
        digest = bench.engine.push(first, lambda _: None, CancelToken())
        heard = Heard()
        assert bench.engine.push(second, heard.append, CancelToken()) == digest
        assert {part.state for part in heard.last().values()} == {PartState.THERE}
        heard = Heard()
        assert bench.engine.push(elsewhere, heard.append, CancelToken()) == digest
        free = {PartState.THERE, PartState.MOUNTED}
        assert {part.state for part in heard.last().values()} <= free

    def test_a_digest_is_pulled_without_a_tag(self, bench: TransferBench) -> None:
        name = Reference.parse(f"{bench.repository()}:v1")
        image = bench.image(str(name))
        digest = bench.engine.push(name, lambda _: None, CancelToken())
        bench.engine.remove_image(image, force=True)
        wanted = replace(name, tag="", digest=digest)
        pulled = bench.engine.pull(wanted, lambda _: None, CancelToken())
        assert (pulled.image, pulled.digest) == (image, digest)
        found = bench.engine.image_summary(pulled.image)
        assert found is not None
        assert found.tags == ()
        assert wanted in found.digests
        bench.engine.remove_image(pulled.image, force=True)

    def test_what_is_not_there(self, bench: TransferBench) -> None:
        name = Reference.parse(f"{bench.repository()}:v1")
        with pytest.raises(NotInRegistry) as absent:
            bench.engine.pull(name, lambda _: None, CancelToken())
        assert str(name) in absent.value.message
        with pytest.raises(NotFound) as nothing:
            bench.engine.push(name, lambda _: None, CancelToken())
        assert not isinstance(nothing.value, NotInRegistry)

    def test_a_registry_that_is_away(self, bench: TransferBench) -> None:
        name = Reference.parse(f"{bench.away}/{bench.repository().rpartition('/')[2]}:v1")
        bench.image(str(name))
        with pytest.raises(RegistryUnavailable) as caught:
            bench.engine.push(name, lambda _: None, CancelToken())
        assert bench.away in caught.value.message
        assert caught.value.hint
        with pytest.raises(RegistryUnavailable):
            bench.engine.pull(name, lambda _: None, CancelToken())

    def test_both_end_on_cancel(self, bench: TransferBench) -> None:
        name = Reference.parse(f"{bench.silent}/{bench.repository().rpartition('/')[2]}:v1")
        bench.image(str(name))

        def push(token: CancelToken) -> Iterator[object]:
            yield bench.engine.push(name, lambda _: None, token)

        def pull(token: CancelToken) -> Iterator[object]:
            yield bench.engine.pull(name, lambda _: None, token)

        check_cancel(push, items=0)
        check_cancel(pull, items=0)
