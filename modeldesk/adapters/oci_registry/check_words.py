"""What a check says of each step: found in a few words, and what to do where something is."""

import ssl
from collections.abc import Sequence

import httpx

from modeldesk.adapters.oci_registry.challenge import Challenge
from modeldesk.adapters.oci_registry.proxies import Endpoint
from modeldesk.adapters.oci_registry.transport import address_of
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.registry.check import CheckStep, Outcome, Step
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.hosts import is_loopback
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_SHOWN = 300
_UNKNOWN_ISSUER = (18, 19, 20, 21)
_WRONG_TIME = (9, 10)
_WRONG_NAME = (62, 64)
"""OpenSSL's own numbers for why a certificate does not count."""


def address(endpoint: Endpoint, found: str) -> CheckStep:
    if endpoint.is_proxy:
        return _good(Step.ADDRESS, tr("through the proxy {proxy} ({address})",
                                      proxy=endpoint.host, address=found))  # fmt: skip
    return _good(Step.ADDRESS, found)


def no_address(endpoint: Endpoint, detail: str) -> CheckStep:
    if endpoint.is_proxy:
        return _failed(
            Step.ADDRESS,
            tr("The proxy {proxy} has no address.", proxy=endpoint.host),
            tr("Check the variables HTTPS_PROXY and NO_PROXY."),
            detail,
        )
    return _failed(
        Step.ADDRESS,
        tr("{host} has no address.", host=endpoint.host),
        tr("Check how it is written, the network, and whether a VPN is needed."),
        detail,
    )


def port(answered: int) -> CheckStep:
    return _good(Step.PORT, tr("{port} answers", port=answered))


def no_port(endpoint: Endpoint, detail: str) -> CheckStep:
    return _failed(
        Step.PORT,
        tr("Nothing answers on port {port} of {host}.", port=endpoint.port, host=endpoint.host),
        tr("Check the proxy settings.") if endpoint.is_proxy
        else tr("Check that the registry runs, its port, and firewalls between."),
        detail,
    )  # fmt: skip


def encrypted(known: KnownRegistry, version: str) -> CheckStep:
    if known.ca_file:
        return _good(Step.ENCRYPTION, tr("{version}, certificate trusted (with {file})",
                                         version=version, file=known.ca_file))  # fmt: skip
    return _good(Step.ENCRYPTION, tr("{version}, certificate trusted", version=version))


def plain(known: KnownRegistry) -> CheckStep:
    if is_loopback(address_of(known.host)):
        return _good(Step.ENCRYPTION, tr("plain HTTP, which does not leave this machine"))
    return CheckStep(
        Step.ENCRYPTION,
        Outcome.NOTE,
        tr("plain HTTP, as you allowed"),
        tr("Passwords and images can be read and changed on their way."),
    )


def no_encryption(known: KnownRegistry, detail: str) -> CheckStep:
    return _failed(
        Step.ENCRYPTION,
        tr("What answers there is not encrypted, or breaks the connection."),
        tr("If it is a registry without TLS on a network that you trust, allow plain HTTP for it "
           "in its settings, or with “modeldesk registry add {host} --http”.", host=known.host),
        detail,
    )  # fmt: skip


def no_certificates(error: ModelDeskError) -> CheckStep:
    return _failed(Step.ENCRYPTION, error.message, error.hint, error.detail)


def silent(step: Step, detail: str) -> CheckStep:
    return _failed(
        step,
        tr("The port is open, but no answer came."),
        tr("Check proxy settings and firewalls, or ask who runs the registry."),
        detail,
    )


def untrusted(
    known: KnownRegistry, problem: ssl.SSLCertVerificationError, print_of: str
) -> CheckStep:
    detail = "\n".join((problem.verify_message, *_in_lines(print_of)))
    if problem.verify_code in _WRONG_TIME:
        return _failed(
            Step.ENCRYPTION,
            tr("Its certificate has run out, or is not valid yet."),
            tr("Check this machine’s clock, or ask who runs the registry to renew it."),
            detail,
        )
    if problem.verify_code in _WRONG_NAME:
        return _failed(
            Step.ENCRYPTION,
            tr("Its certificate is for another name."),
            tr("Use the name it was made for; if this is the right one, somebody else may be "
               "answering."),
            detail,
        )  # fmt: skip
    if problem.verify_code in _UNKNOWN_ISSUER:
        return _failed(
            Step.ENCRYPTION,
            tr("Its certificate comes from nobody whom this machine trusts."),
            tr("Ask who runs the registry for its CA certificate (a PEM file), compare the "
               "fingerprint with theirs, and name the file in the registry’s settings, or with "
               "“modeldesk registry add {host} --ca FILE”.", host=known.host),
            detail,
        )  # fmt: skip
    return _failed(
        Step.ENCRYPTION,
        tr("Its certificate is not trusted."),
        tr("Ask who runs the registry."),
        detail,
    )


def a_registry(version: str) -> CheckStep:
    return _good(Step.REGISTRY, printable(version)[:_SHOWN] or tr("answers as one"))


def a_web_page(status: int) -> CheckStep:
    return _failed(
        Step.REGISTRY,
        tr("What answers there is a web page, not a registry."),
        tr("Check host and port; a proxy or a sign-in page of the network may stand between."),
        str(status),
    )


def no_registry(status: int) -> CheckStep:
    if status == 429 or status >= 500:
        return _failed(
            Step.REGISTRY,
            tr("It answers, but can’t serve anybody now ({status}).", status=status),
            tr("Try again in some minutes; if it stays so, ask who runs it."),
        )
    return _failed(
        Step.REGISTRY,
        tr("What answers there is not a registry ({status}).", status=status),
        tr("Check host and port."),
    )


def no_scheme() -> CheckStep:
    return _good(Step.SCHEME, tr("none: it serves everyone"))


def basic() -> CheckStep:
    return _good(Step.SCHEME, tr("name and password"))


def bearer(realm: str) -> CheckStep:
    return _good(Step.SCHEME, tr("token from {realm}", realm=printable(realm)[:_SHOWN]))


def unknown_scheme(schemes: Sequence[str]) -> CheckStep:
    named = printable(", ".join(schemes))[:_SHOWN] or "?"
    return _failed(
        Step.SCHEME,
        tr("It asks in a way that is not spoken here ({schemes}).", schemes=named),
        tr("Registries ask for a name and password, or for a token. Ask who runs it."),
    )


def nobody_asked(credentials: Credentials | None) -> CheckStep:
    if credentials is None:
        return _good(Step.SIGN_IN, tr("not needed"))
    return CheckStep(
        Step.SIGN_IN,
        Outcome.NOTE,
        tr("not needed: the password was not asked for"),
        tr("The registry serves everyone, so nothing was kept."),
    )


def accepted(credentials: Credentials | None) -> CheckStep:
    if credentials is None:
        return CheckStep(
            Step.SIGN_IN,
            Outcome.NOTE,
            tr("as nobody"),
            tr("What is public can be read. Sign in for the rest."),
        )
    if not credentials.user:
        return _good(Step.SIGN_IN, tr("accepted"))
    return _good(Step.SIGN_IN, tr("accepted as {user}", user=printable(credentials.user)))


def refused(known: KnownRegistry, credentials: Credentials | None, detail: str) -> CheckStep:
    if credentials is None:
        return _failed(
            Step.SIGN_IN,
            tr("It wants to know who is there, and nobody is signed in."),
            tr("Sign in, here or with “modeldesk registry sign-in {host}”.", host=known.host),
        )
    return _failed(
        Step.SIGN_IN,
        tr("The name or the password was refused."),
        tr("Check both. Many registries want an access token in the place of the password, above "
           "all where signing in takes a second factor."),
        printable(detail)[:_SHOWN],
    )  # fmt: skip


def no_token(challenges: Sequence[Challenge], error: Exception) -> CheckStep:
    realm = next((one.parameters["realm"] for one in challenges if "realm" in one.parameters), "")
    detail = error.detail if isinstance(error, ModelDeskError) else str(error)
    if not any(one.scheme == "bearer" for one in challenges) or isinstance(error, httpx.HTTPError):
        return silent(Step.SIGN_IN, detail)
    return _failed(
        Step.SIGN_IN,
        tr("What gives out the tokens, {realm}, gave none.", realm=printable(realm)[:_SHOWN]),
        tr("Passwords are sent there encrypted only. Check that it can be reached and is trusted, "
           "or ask who runs the registry."),
        printable(detail)[:_SHOWN],
    )  # fmt: skip


def lists() -> CheckStep:
    return _good(Step.LIST, tr("may be listed"))


def lists_nothing(known: KnownRegistry, closed: Sequence[str]) -> CheckStep:
    if not known.repositories:
        return CheckStep(
            Step.LIST,
            Outcome.NOTE,
            tr("not listed by this registry"),
            tr("Name those that you use in its settings, or with “modeldesk registry add {host} "
               "--repository NAME”.", host=known.host),
        )  # fmt: skip
    if closed:
        return CheckStep(
            Step.LIST,
            Outcome.NOTE,
            tr("not listed; some of those you named can’t be read"),
            tr("They may not be there yet, or not be open to you."),
            "\n".join(closed),
        )
    return _good(Step.LIST, tr("not listed; those you named can be read"))


def _in_lines(print_of: str) -> Sequence[str]:
    """A fingerprint, as it fits a narrow window."""
    half = len(print_of) // 2 + 1
    return ("SHA-256", print_of[:half], print_of[half:]) if print_of else ()


def _good(step: Step, text: str) -> CheckStep:
    return CheckStep(step, Outcome.GOOD, text)


def _failed(step: Step, text: str, hint: str, detail: str = "") -> CheckStep:
    return CheckStep(step, Outcome.FAILED, text, hint, detail)
