"""A real server on a free port of this machine, started and stopped by tests, and a plain way to ask it."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).parents[1]


class Reply(NamedTuple):
    """What a server has answered; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def type(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


class Server(NamedTuple):
    """A server at an address, with the process that it is."""

    address: str
    process: subprocess.Popen[str]

    def ask(
        self, path: str, method: str = "GET", *, body: bytes | str | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """The reply to one request, on a connection of its own; redirects are not followed."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        try:
            content = body.encode() if isinstance(body, str) else body
            connection.request(method, path, content, headers or {})
            response = connection.getresponse()
            return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, query: str, accept: str | None = None, **parameters: Any) -> Reply:
        """The reply to a query by GET."""
        headers = {"Accept": accept} if accept else {}
        return self.ask(f"/sparql?{urlencode({'query': query, **parameters}, doseq=True)}", headers=headers)

    def post(self, body: str | bytes, type_: str, path: str = "/sparql", **headers: str) -> Reply:
        """The reply to a body of that type."""
        return self.ask(path, "POST", body=body, headers={"Content-Type": type_, **headers})

    def update(self, text: str, token: str) -> Reply:
        """The reply to an update."""
        return self.post(text, "application/sparql-update", Authorization=f"Bearer {token}")


@contextmanager
def serving(path: Path, *options: object, **environment: str) -> Iterator[Server]:
    """`kg serve` over the store at a path, until the block ends."""
    command = [sys.executable, "-m", "kg.cli", "serve", str(path), "--port", "0", *map(str, options)]
    settings = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | environment
    process = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield Server(line.rpartition(" ")[2].strip().rstrip("/"), process)
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a socket that answers nothing, and what has come in there."""
    heard: list[bytes] = []

    def listen() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            heard.append(b"connected")
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", heard
        listener.shutdown(socket.SHUT_RDWR)


def wait_until(condition: Any, seconds: float = 30.0) -> bool:
    """True once a condition holds; False where it does not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False
