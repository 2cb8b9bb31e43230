"""A model server for tests: what it does wrong is said in the variable DOES."""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DOES = os.environ.get("DOES", "good")
PORT = 8000


class Model(BaseHTTPRequestHandler):
    """Tells whether a number is odd."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, {"status": "ok"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if DOES == "failing":
            self._answer(500, {"error": "no weights"})
            return
        if DOES == "slow":
            time.sleep(1.0)
        asked = json.loads(body)["inputs"]
        self._answer(200, {"outputs": [0 if DOES == "wrong" else one % 2 for one in asked]})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is logged."""

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    if DOES == "dead":
        sys.exit("no weights at all")
    ThreadingHTTPServer(("", PORT), Model).serve_forever()
