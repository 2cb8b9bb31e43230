"""Whether a server answers HTTP at a published port (standard library)."""

import http.client

_TIMEOUT_S = 2.0


class HttpAnswerProbe:
    """Implements the `AnswerProbe` port."""

    def answers(self, address: str, port: int) -> bool:
        """See `modeldesk.core.ports.AnswerProbe`."""
        connection = http.client.HTTPConnection(address, port, timeout=_TIMEOUT_S)
        try:
            connection.request("GET", "/")
            connection.getresponse().close()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True
