"""The certificate that a registry shows, when it is not trusted."""

import hashlib
import ssl
from contextlib import suppress

import httpx

from modeldesk.adapters.oci_registry.transport import no_proxy_here
from modeldesk.core.registry.known import KnownRegistry

_SECONDS = 6.0


def fingerprint(url: str, known: KnownRegistry) -> str:
    """SHA-256 of the certificate at `url`, in pairs as people compare them; empty where it can't
    be had. Nothing is said there but the question."""
    unproven = ssl.create_default_context()
    unproven.check_hostname = False
    unproven.verify_mode = ssl.CERT_NONE
    with (
        suppress(httpx.HTTPError, OSError),
        httpx.Client(verify=unproven, timeout=_SECONDS, mounts=no_proxy_here(known)) as http,
        http.stream("HEAD", url) as answer,
    ):
        layer = answer.extensions["network_stream"].get_extra_info("ssl_object")
        content = layer.getpeercert(True) if layer is not None else None
        if content:
            return ":".join(f"{byte:02X}" for byte in hashlib.sha256(content).digest())
    return ""
