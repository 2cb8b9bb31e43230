"""A check against servers of the test's own, where each step can go wrong by itself."""

import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry import check_words
from modeldesk.adapters.oci_registry.check import HttpRegistryChecker
from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.transport import may_be_plain
from modeldesk.core.errors import RegistryUntrusted
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.check import CheckReport, CheckStep, Outcome, Step
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.hosts import is_loopback
from modeldesk.core.registry.known import KnownRegistry
from tests.support import certificates
from tests.support.certificates import Certificate
from tests.support.connect_proxy import serve_connections
from tests.support.registry_site import Site, serve

MIA = Credentials("mia", "s3cret")
USERS = {"mia": "s3cret"}
with_openssl = pytest.mark.skipif(not certificates.can_make(), reason="openssl is not installed")


def check(known: KnownRegistry, credentials: Credentials | None = MIA) -> CheckReport:
    return HttpRegistryChecker().check(known, credentials, lambda _: None, CancelToken())


def failed(known: KnownRegistry, credentials: Credentials | None = MIA) -> CheckStep:
    found = check(known, credentials).failed
    assert found is not None
    assert found.hint
    return found


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificates.make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory, authority: Certificate) -> Certificate:
    return certificates.make_certificate(tmp_path_factory.mktemp("server"), by=authority)


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment names a proxy that nobody runs."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    return monkeypatch


@with_openssl
def test_its_own_authority_is_trusted_once_its_file_is_named(
    authority: Certificate, trusted: Certificate, tmp_path: Path
) -> None:
    with serve(Site("token", USERS), trusted) as host:
        step = failed(KnownRegistry(host))
        assert step.step is Step.ENCRYPTION
        assert "nobody whom this machine trusts" in step.text
        assert "--ca FILE" in step.hint
        assert _fingerprint(trusted.file) in step.detail.replace("\n", "")
        known = KnownRegistry(host, ca_file=str(authority.file))
        assert check(known).accepted
        damaged = tmp_path / "damaged.pem"
        damaged.write_text("nothing")
        for file in (damaged, tmp_path / "none.pem"):
            step = failed(KnownRegistry(host, ca_file=str(file)))
            assert step.step is Step.ENCRYPTION
            assert str(file) in step.text
            client = RegistryClient(host, known=KnownRegistry(host, ca_file=str(file)))
            with pytest.raises(RegistryUntrusted):
                client.tags("team/model", CancelToken())
            client.close()


@with_openssl
def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    made = certificates.make_certificate(tmp_path)
    site = Site("basic", USERS)
    with serve(site, made) as host:
        step = failed(KnownRegistry(host))
        assert "nobody whom this machine trusts" in step.text
        assert _fingerprint(made.file) in step.detail.replace("\n", "")
        assert check(KnownRegistry(host, ca_file=str(made.file))).accepted
        site.seen.clear()
        # What may be plain is no way around a certificate that is not trusted.
        assert failed(KnownRegistry(host, plain_http=True)).step is Step.ENCRYPTION
        client = RegistryClient(host, lambda _: MIA)
        with pytest.raises(RegistryUntrusted) as caught:
            client.tags("team/model", CancelToken())
        client.close()
    assert "registry check" in caught.value.hint
    assert not any(authorization for _, authorization in site.seen)


@with_openssl
def test_what_docker_was_given_for_the_registry_is_trusted_too(
    authority: Certificate, trusted: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "modeldesk.adapters.oci_registry.transport._DOCKER_CERTIFICATES"
    monkeypatch.setattr(place, tmp_path)
    with serve(Site("basic", USERS), trusted) as host:
        (tmp_path / host).mkdir()
        (tmp_path / host / "broken.crt").write_text("nothing")
        assert failed(KnownRegistry(host)).step is Step.ENCRYPTION
        (tmp_path / host / "ca.crt").write_bytes(authority.file.read_bytes())
        assert check(KnownRegistry(host)).accepted


@with_openssl
def test_through_a_proxy(
    authority: Certificate, tmp_path: Path, proxies: pytest.MonkeyPatch
) -> None:
    made = certificates.make_certificate(tmp_path, "DNS:registry.example.com", by=authority)
    site = Site("basic", USERS, repositories=("team/model",))
    with serve(site, made) as host, serve_connections(host) as proxy:
        proxies.setenv("HTTPS_PROXY", f"http://{proxy.address}")
        step = failed(KnownRegistry("registry.example.com"))
        assert step.step is Step.ENCRYPTION
        assert _fingerprint(made.file) in step.detail.replace("\n", "")
        known = KnownRegistry("registry.example.com", ca_file=str(authority.file))
        report = check(known)
        assert report.accepted
        assert "proxy" in report.steps[0].text
        client = RegistryClient("registry.example.com", lambda _: MIA, known=known)
        assert client.tags("team/model", CancelToken()) == ()
        client.close()
    assert set(proxy.asked) == {"registry.example.com:443"}


@with_openssl
def test_a_certificate_for_another_name(tmp_path: Path) -> None:
    made = certificates.make_certificate(tmp_path, "DNS:elsewhere.lan")
    with serve(Site("basic", USERS), made) as host:
        step = failed(KnownRegistry(host, ca_file=str(made.file)))
    assert "another name" in step.text
    assert _fingerprint(made.file) in step.detail.replace("\n", "")


def test_other_faults_of_certificates_are_told_apart() -> None:
    def said(code: int) -> str:
        error = ssl.SSLCertVerificationError("x")
        error.verify_code, error.verify_message = code, "its own words"
        step = check_words.untrusted(KnownRegistry("r.lan"), error, "AB:CD")
        assert step.outcome is Outcome.FAILED
        assert "its own words" in step.detail
        assert "AB:CD" in step.detail.replace("\n", "")
        return step.text

    assert len({said(code) for code in (10, 62, 18, 24)}) == 4


@with_openssl
def test_who_is_signed_in_to_reads_what_is_there(
    authority: Certificate, trusted: Certificate
) -> None:
    site = Site("token", USERS, repositories=("team/model",))
    with serve(site, trusted) as host:
        known = KnownRegistry(host, ca_file=str(authority.file))
        client = RegistryClient(host, lambda _: MIA, known=known)
        assert client.tags("team/model", CancelToken()) == ()
        client.close()


def test_plain_http_is_for_this_machine_or_where_it_is_allowed() -> None:
    assert may_be_plain(KnownRegistry("127.0.0.1:5000"))
    assert may_be_plain(KnownRegistry("localhost:5000"))
    assert may_be_plain(KnownRegistry("[::1]:5000"))
    assert not may_be_plain(KnownRegistry("registry.lan:5000"))
    assert may_be_plain(KnownRegistry("registry.lan:5000", plain_http=True))
    assert not is_loopback("localhost.evil.lan")
    assert not is_loopback("127.0.0.1.evil.lan:5000")
    assert not is_loopback("registry-1.docker.io")


def test_what_is_plain_and_not_allowed_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site("basic", USERS)
    with serve(site) as host:
        # Another machine, as far as the program can see.
        for module in ("transport", "check_words"):
            monkeypatch.setattr(
                f"modeldesk.adapters.oci_registry.{module}.is_loopback", lambda _: False
            )
        step = failed(KnownRegistry(host))
        assert step.step is Step.ENCRYPTION
        assert "--http" in step.hint
        assert site.seen == []
        report = check(KnownRegistry(host, plain_http=True))
    assert report.accepted
    encryption = report.steps[2]
    assert encryption.outcome is Outcome.NOTE
    assert "read and changed" in encryption.hint


def test_no_proxy_stands_between_this_machine_and_itself(proxies: pytest.MonkeyPatch) -> None:
    with serve(Site("token", USERS, repositories=("team/model",))) as host:
        assert check(KnownRegistry(host)).accepted
        client = RegistryClient(host, lambda _: MIA)
        assert client.tags("team/model", CancelToken()) == ()
        client.close()


def test_a_proxy_that_is_away_is_named(proxies: pytest.MonkeyPatch) -> None:
    report = check(KnownRegistry("registry.example.com"))
    assert "proxy" in report.steps[0].text
    assert report.failed is not None
    assert report.failed.step is Step.PORT
    assert "proxy" in report.failed.hint
    proxies.setenv("HTTPS_PROXY", "http://no-such-proxy.invalid:3128")
    step = failed(KnownRegistry("registry.example.com"))
    assert step.step is Step.ADDRESS
    assert "NO_PROXY" in step.hint
    proxies.setenv("NO_PROXY", ".invalid")
    step = failed(KnownRegistry("no-such-registry.invalid"))
    assert "NO_PROXY" not in step.hint


def test_a_name_that_nobody_has() -> None:
    for host in ("no-such-registry.invalid", f"{'a' * 80}.invalid"):
        step = failed(KnownRegistry(host))
        assert step.step is Step.ADDRESS
        assert host in step.text


@pytest.mark.parametrize(
    ("site", "step", "said"),
    [
        (Site(status=404), Step.REGISTRY, "not a registry"),
        (Site(status=503), Step.REGISTRY, "can’t serve anybody now"),
        (Site(status=429), Step.REGISTRY, "can’t serve anybody now"),
        (Site("negotiate"), Step.SCHEME, "negotiate"),
        (Site("token", USERS, realm="http://127.0.0.1:1/token"), Step.SIGN_IN, "127.0.0.1:1"),
        (Site("token", USERS, realm="ftp://x/token"), Step.SIGN_IN, "ftp://x"),
    ],
)
def test_what_can_go_wrong_behind_an_open_port(site: Site, step: Step, said: str) -> None:
    with serve(site) as host:
        found = failed(KnownRegistry(host))
    assert found.step is step
    assert said in found.text


def test_tokens_for_nobody_but_those_who_are_known() -> None:
    with serve(Site("token", USERS, public_tokens=False)) as host:
        assert check(KnownRegistry(host), None).refused
        assert check(KnownRegistry(host), MIA).accepted


def test_a_password_is_shown_to_nobody_but_the_registry() -> None:
    with ExitStack() as stack:
        site = Site("basic", USERS)
        host = stack.enter_context(serve(site))
        report = check(KnownRegistry(host), Credentials("mia", "wr0ng-pass"))
    assert report.refused
    assert "wr0ng-pass" not in str(report)


def _fingerprint(file: Path) -> str:
    import hashlib

    der = ssl.PEM_cert_to_DER_cert(file.read_text())
    return ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest())
