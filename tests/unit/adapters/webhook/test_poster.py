"""What receivers do that are broken, slow or sly."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.webhook import HttpEventPoster
from modeldesk.adapters.webhook.route import route_to
from modeldesk.core.errors import EventNotSent
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.cloud_events import Message
from tests.support.certificates import can_make, make_certificate
from tests.support.event_receiver import Reply, Site, receiving
from tests.support.ports import free_port


@pytest.fixture
def site() -> Iterator[Site]:
    with receiving() as site:
        yield site


def post(address: str, seconds: float = 20.0) -> int:
    headers = (("webhook-signature", "v1,abc"), ("Content-Type", "application/json"))
    return HttpEventPoster(seconds).post(Message(address, headers, b"{}"), CancelToken()).status


def test_a_redirect_is_not_followed(site: Site) -> None:
    with receiving() as other:
        for status in (301, 302, 303, 307, 308):
            site.replies.append(Reply(status, (("Location", other.address),)))
            assert post(site.address) == status
        assert other.got == []
    assert len(site.got) == 5


def test_an_answer_without_an_end_costs_nothing(site: Site) -> None:
    site.usual = Reply(500, endless=True)
    found = HttpEventPoster().post(Message(site.address, (), b"{}"), CancelToken())
    assert found.status == 500
    assert 0 < len(found.text) <= 4096
    site.usual = Reply(200, endless=True)
    assert post(site.address) == 200


def test_a_receiver_that_says_nothing_is_waited_for_so_long(site: Site) -> None:
    gate = threading.Event()
    site.usual = Reply(gate=gate)
    begin = time.monotonic()
    with pytest.raises(EventNotSent, match="did not answer"):
        post(site.address, 0.3)
    assert time.monotonic() - begin < 10
    gate.set()


def test_headers_that_drip_do_not_lengthen_that() -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            wire, _ = server.accept()
            with wire:
                wire.sendall(b"HTTP/1.1 200 OK\r\n")
                while not done.wait(0.05):
                    try:
                        wire.sendall(b"X-More: 1\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(EventNotSent, match="did not answer"):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", 0.5)
        done.set()
        thread.join()


def test_what_is_no_http_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            wire, _ = server.accept()
            with wire:
                wire.recv(65536)
                wire.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(EventNotSent, match="broke"):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()


def test_nobody_there_is_said() -> None:
    with pytest.raises(EventNotSent, match="Nobody listens"):
        post(f"http://127.0.0.1:{free_port()}/")


def test_a_host_that_is_not_known_is_said() -> None:
    with pytest.raises(EventNotSent, match=r"host nowhere\.invalid"):
        post("http://nowhere.invalid/")


@pytest.mark.skipif(not can_make(), reason="needs openssl")
def test_a_certificate_that_is_not_trusted_is_said(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.file, certificate.key)

        def answer() -> None:
            wire, _ = server.accept()
            with wire:
                try:
                    context.wrap_socket(wire, server_side=True).close()
                except OSError:
                    return

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(EventNotSent, match="not one that this machine trusts"):
            post(f"https://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()


def test_the_proxy_of_the_environment_is_gone_through(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://ann:pass%20word@127.0.0.1:{site.port}")
    monkeypatch.setenv("no_proxy", "inside.lan")
    assert post("http://receiver.example/hook?a=1") == 204
    [got] = site.got
    assert got.path == "http://receiver.example/hook?a=1"
    assert got.headers["host"] == "receiver.example"
    assert got.headers["proxy-authorization"].startswith("Basic ")
    assert route_to("http://inside.lan/").proxy is None
    assert route_to("http://127.0.0.1/").proxy is None
    monkeypatch.setenv("https_proxy", f"127.0.0.1:{site.port}")
    route = route_to("https://receiver.example/x")
    assert (route.proxy, route.path, route.port) == (("127.0.0.1", site.port), "/x", 443)
