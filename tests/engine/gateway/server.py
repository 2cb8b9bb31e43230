"""A model server of unusual answers, run in a container: the text of this file is its program."""

import json
import socket
import sys
import threading

PORT = 8080
GO = threading.Event()


def serve() -> None:
    """For ever."""
    listener = socket.create_server(("0.0.0.0", PORT), backlog=64)
    while True:
        wire, _ = listener.accept()
        threading.Thread(target=answer, args=(wire,), daemon=True).start()


def answer(wire: socket.socket) -> None:
    """One request of a connection."""
    with wire, wire.makefile("rb") as reader:
        method, path, _ = reader.readline().decode().split(" ")
        pairs = (line.decode().strip().partition(": ") for line in iter(reader.readline, b"\r\n"))
        headers = {name.lower(): value for name, _, value in pairs}
        if path == "/stream":
            wire.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            GO.wait()
            wire.sendall(b"4\r\nlast\r\n0\r\n\r\n")
        elif path == "/go":
            GO.set()
            wire.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        elif path == "/wait" and "--slow" in sys.argv:
            GO.wait()
            wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        elif path == "/elsewhere":
            wire.sendall(b"HTTP/1.1 200 OK\r\nX-Accel-Redirect: /_modeldesk/feedback\r\n")
            wire.sendall(b"Content-Length: 2\r\n\r\nme")
        elif path == "/broken":
            wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        elif path == "/socket":
            wire.sendall(b"HTTP/1.1 101 Switching\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n")
            wire.sendall(reader.readline())
        else:
            body = reader.read(int(headers.get("content-length", 0)))
            told = {"method": method, "path": path, "headers": headers, "bytes": len(body)}
            text = json.dumps(told).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n"
            wire.sendall(head.encode() + text)


if __name__ == "__main__":
    serve()
