"""The client with hosted registries, each with its own way of asking and refusing."""

import json
from collections.abc import Iterator

import pytest

from modeldesk.adapters.oci_registry.check import HttpRegistryChecker
from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import (
    NotInRegistry,
    RegistryBusy,
    RegistryDenied,
    RegistryError,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.check import Outcome, Step
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.registry.model import Blob, Manifest
from tests.support.hosted_registries import (
    OTHER,
    OTHERS_PASSWORD,
    PASSWORD,
    USER,
    DockerHub,
    Ecr,
    Ghcr,
    GitLab,
    Harbor,
    Hosted,
    Repository,
    digest_of,
    hosted,
)

NAME = "team/rec"
LAYER = b"weights" * 1000
CONFIG = b"{}"
OCI = "application/vnd.oci.image.manifest.v1+json"
EVERY = (DockerHub, Ghcr, GitLab, Harbor, Ecr)
WITH_TOKENS = (DockerHub, Ghcr, GitLab, Harbor)


class Desk:
    """A hosted registry that runs, and who asks it."""

    def __init__(self, registry: Hosted, address: str) -> None:
        self.registry = registry
        self.address = address
        self.token = CancelToken()
        self.opened: list[RegistryClient] = []

    def who(self) -> Credentials:
        """The one who may."""
        return Credentials("AWS" if isinstance(self.registry, Ecr) else USER, PASSWORD)

    def client(self, *users: Credentials | None) -> RegistryClient:
        """Signed in as those, one after another."""
        left = list(users)
        self.opened.append(
            RegistryClient(self.address, lambda _: left.pop(0) if len(left) > 1 else left[0])
        )
        return self.opened[-1]

    def push(self, client: RegistryClient, tag: str = "v1.0.0", **more: object) -> Manifest:
        for content in (LAYER, CONFIG):
            client.put_blob(NAME, blob(content), lambda _: None, self.token)
        made = manifest(**more)
        client.put_manifest(NAME, tag or made.digest, made, self.token)
        return made


def blob(content: bytes) -> Blob:
    return Blob(digest_of(content), len(content), lambda first: iter([content[first:]]))


def manifest(**more: object) -> Manifest:
    described = [
        {"mediaType": kind, "digest": digest_of(content), "size": len(content)}
        for kind, content in (
            ("application/vnd.oci.image.config.v1+json", CONFIG),
            ("application/vnd.oci.image.layer.v1.tar", LAYER),
        )
    ]
    document = {
        "schemaVersion": 2,
        "mediaType": OCI,
        "config": described[0],
        "layers": described[1:],
        **more,
    }
    content = json.dumps(document).encode()
    return Manifest(content, OCI, digest_of(content))


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """With the repository made, where that is not done by a push."""
    registry: Hosted = request.param()
    if isinstance(registry, Ecr):
        registry.repositories[NAME] = Repository()
    with hosted(registry) as address:
        made = Desk(registry, address)
        yield made
        for one in made.opened:
            one.close()


def of(*kinds: type[Hosted]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("desk", kinds, indirect=True, ids=lambda one: one.__name__)


@of(*EVERY)
def test_what_is_pushed_is_there_for_who_may(desk: Desk) -> None:
    client = desk.client(desk.who())
    made = desk.push(client)
    assert client.digest(NAME, "v1.0.0", desk.token) == made.digest
    assert client.manifest(NAME, "v1.0.0", desk.token) == made
    # Storage elsewhere refuses whoever shows it a token.
    assert b"".join(client.blob(NAME, digest_of(LAYER), desk.token)) == LAYER
    assert client.document(NAME, digest_of(CONFIG), desk.token) == CONFIG
    for number in range(4):
        client.put_manifest(NAME, f"v1.{number}.1", made, desk.token)
    assert len(client.tags(NAME, desk.token)) == 5


@of(*EVERY)
def test_a_check_signs_in_and_tells_a_wrong_password(desk: Desk) -> None:
    def failed(credentials: Credentials | None) -> Step | None:
        known = KnownRegistry(desk.address)
        report = HttpRegistryChecker().check(known, credentials, lambda _: None, desk.token)
        taken = {step.step: step.outcome for step in report.steps}
        assert taken[Step.REGISTRY] is Outcome.GOOD
        return report.failed.step if report.failed else None

    assert failed(desk.who()) is None
    assert failed(Credentials(desk.who().user, "wrong")) is Step.SIGN_IN


@of(Harbor, Ecr)
def test_some_list_their_repositories(desk: Desk) -> None:
    client = desk.client(desk.who())
    desk.push(client)
    for name in ("team/a", "team/b", "team/c"):
        desk.registry.repositories[name] = Repository()
    expected = ("team/a", "team/b", "team/c", NAME)
    assert client.repositories(desk.token) == expected


@of(DockerHub, Ghcr, GitLab)
def test_others_do_not(desk: Desk) -> None:
    with pytest.raises(NotInRegistry) as caught:
        desk.client(desk.who()).repositories(desk.token)
    assert "does not tell which repositories" in caught.value.message


@of(*WITH_TOKENS)
def test_what_is_public_is_for_everybody(desk: Desk) -> None:
    made = desk.push(desk.client(desk.who()))
    desk.registry.repositories[NAME].readers = None
    nobody = desk.client(None)
    assert nobody.manifest(NAME, "v1.0.0", desk.token) == made
    assert b"".join(nobody.blob(NAME, digest_of(LAYER), desk.token)) == LAYER


@of(*EVERY)
def test_what_is_not_wants_a_sign_in(desk: Desk) -> None:
    desk.push(desk.client(desk.who()))
    with pytest.raises(RegistryDenied) as caught:
        desk.client(None).manifest(NAME, "v1.0.0", desk.token)
    assert "wants a sign-in" in caught.value.message
    assert "registry sign-in" in caught.value.hint


@of(DockerHub, GitLab, Harbor)
def test_who_is_signed_in_is_told_who_may_not(desk: Desk) -> None:
    desk.push(desk.client(desk.who()))
    other = desk.client(Credentials(OTHER, OTHERS_PASSWORD))
    with pytest.raises(RegistryDenied) as caught:
        other.manifest(NAME, "v1.0.0", desk.token)
    assert f"does not let {OTHER} at {NAME}:v1.0.0" in caught.value.message
    with pytest.raises(RegistryDenied) as caught:
        desk.push(other)
    assert OTHER in caught.value.message


@of(Ghcr)
def test_so_is_who_is_refused_without_a_question(desk: Desk) -> None:
    desk.push(desk.client(desk.who()))
    other = desk.client(Credentials(OTHER, OTHERS_PASSWORD))
    with pytest.raises(RegistryDenied) as caught:
        other.manifest(NAME, "v1.0.0", desk.token)
    assert "does not allow you to read" in caught.value.message


@of(*EVERY)
def test_what_is_attached_is_found_whoever_keeps_the_list(desk: Desk) -> None:
    client = desk.client(desk.who())
    made = desk.push(client)
    subject = {"mediaType": OCI, "digest": made.digest, "size": len(made.content)}
    attached = desk.push(client, "", subject=subject)
    found = client.referrers(NAME, made.digest, desk.token)
    assert [one.digest for one in found] == [attached.digest]
    has_own_tag = any(tag.startswith("sha256-") for tag in client.tags(NAME, desk.token))
    assert has_own_tag is not desk.registry.lists_referrers


@of(DockerHub, GitLab, Harbor, Ecr)
def test_what_is_deleted_is_gone(desk: Desk) -> None:
    client = desk.client(desk.who())
    made = desk.push(client)
    client.delete_manifest(NAME, made.digest, desk.token)
    with pytest.raises(NotInRegistry):
        client.manifest(NAME, "v1.0.0", desk.token)


@of(Ghcr)
def test_where_nothing_is_deleted_that_is_told(desk: Desk) -> None:
    client = desk.client(desk.who())
    made = desk.push(client)
    with pytest.raises(RegistryDenied, match="deletes nothing"):
        client.delete_manifest(NAME, made.digest, desk.token)
    assert client.manifest(NAME, "v1.0.0", desk.token) == made


@of(*WITH_TOKENS)
def test_a_token_that_is_over_is_had_anew(desk: Desk) -> None:
    client = desk.client(desk.who())
    made = desk.push(client)
    desk.registry.epoch += 1
    assert client.manifest(NAME, "v1.0.0", desk.token) == made
    desk.registry.epoch += 1
    desk.push(client, "v2.0.0")
    assert all(one.basic[0] == "" for one in desk.registry.asked if one.path.startswith("/v2/"))


@of(Ecr)
def test_a_password_that_is_over_is_asked_for_again(desk: Desk) -> None:
    renewed = Credentials("AWS", "the next one")
    client = desk.client(desk.who(), renewed)
    made = desk.push(client)
    desk.registry.users["AWS"] = renewed.password
    assert isinstance(desk.registry, Ecr)
    desk.registry.over_passwords.add(PASSWORD)
    assert client.manifest(NAME, "v1.0.0", desk.token) == made
    desk.registry.over_passwords.add(renewed.password)
    with pytest.raises(RegistryDenied) as caught:
        client.manifest(NAME, "v1.0.0", desk.token)
    assert "has expired" in (caught.value.detail or "")


@of(Harbor, Ecr)
def test_a_tag_that_is_to_stay_is_not_moved_and_may_be_sent_again(desk: Desk) -> None:
    client = desk.client(desk.who())
    made = desk.push(client)
    desk.registry.immutable = True
    client.put_manifest(NAME, "v1.0.0", made, desk.token)
    with pytest.raises(RegistryError) as caught:
        desk.push(client, annotations={"a": "b"})
    assert f"keeps {NAME}:v1.0.0 as it is" in caught.value.message
    assert client.digest(NAME, "v1.0.0", desk.token) == made.digest


@of(Harbor, Ecr)
def test_a_place_that_nobody_made_is_told(desk: Desk) -> None:
    client = desk.client(desk.who())
    with pytest.raises(NotInRegistry) as caught:
        client.put_blob("nobody/rec", blob(LAYER), lambda _: None, desk.token)
    assert "to be made first" in caught.value.hint


@of(DockerHub)
def test_a_limit_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeldesk.adapters.oci_registry.asking.TRIES", 1)
    client = desk.client(desk.who())
    desk.push(client)
    desk.registry.limited = True
    with pytest.raises(RegistryBusy, match="too many requests"):
        client.manifest(NAME, "v1.0.0", desk.token)
