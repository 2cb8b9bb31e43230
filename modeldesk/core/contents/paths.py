"""Names in archives, made comparable."""


def clean(name: bytes) -> bytes:
    """`name` from the root: without a leading ``/`` or ``./``, empty or ``.`` parts, or a slash
    at its end; empty for the root itself. ``..`` stays, since where it leads is nobody's to
    guess and nothing is ever written by it."""
    return b"/".join(part for part in name.split(b"/") if part not in (b"", b"."))
