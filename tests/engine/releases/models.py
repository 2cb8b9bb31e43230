"""Small servers of models, of every kind that a release may meet, as images."""

import io
import json
from dataclasses import dataclass

import docker

from tests.support.engine import PYTHON

PORT = 8000
_SERVER = """
import os, signal, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION, STARTS, ANSWERS, STATUS, LIVES = {version!r}, {starts_s}, {answers_s}, {status}, {lives_s}

class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        time.sleep(float(self.headers.get("X-Takes") or ANSWERS))
        body = VERSION.encode()
        self.wfile.write(
            b"HTTP/1.1 %d OK\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n%s"
            % (STATUS, len(body), body)
        )
        self.close_connection = True
    do_GET = do_POST = answer
    def log_message(self, *_): pass

print("loading", VERSION, flush=True)
time.sleep(STARTS)
if LIVES:
    threading.Timer(LIVES, lambda: os._exit(3)).start()
server = Server(("0.0.0.0", {port}), Handler)
# What is under way is answered before the end.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print("serving", VERSION, flush=True)
server.serve_forever()
"""
_NEVER = "import time; print('waiting for weights', flush=True); time.sleep(3600)"


@dataclass(frozen=True)
class Kind:
    """How a version behaves."""

    starts_s: float = 0.0
    """Until it answers."""
    answers_s: float = 0.0
    status: int = 200
    lives_s: float = 0.0
    """Until it ends by itself; 0: never."""
    healthy: bool = True
    """Whether it ever answers."""
    checked: bool = False
    """Whether the image has a HEALTHCHECK."""


def add_version(client: docker.DockerClient, repository: str, version: str, kind: Kind) -> str:
    """The image id of a version that answers its own name."""
    server = _SERVER.format(
        version=version,
        starts_s=kind.starts_s,
        answers_s=kind.answers_s,
        status=kind.status,
        lives_s=kind.lives_s,
        port=PORT,
    )
    # Copied files would need a context; a command needs none.
    program = repr(server if kind.healthy else _NEVER)
    ask = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{PORT}/', timeout=2)"
    lines = [
        f"FROM {PYTHON}",
        f"LABEL io.modeldesk.model.name={repository}",
        f"EXPOSE {PORT}",
        f"CMD {_json('python', '-u', '-c', f'exec({program})')}",
    ]
    if kind.checked:
        lines.insert(1, f"HEALTHCHECK --interval=5s CMD {_json('python', '-c', ask)}")
    file = io.BytesIO("\n".join(lines).encode())
    image, _ = client.images.build(fileobj=file, tag=f"{repository}:{version}", rm=True)
    return str(image.id)


def _json(*words: str) -> str:
    return json.dumps(list(words))
