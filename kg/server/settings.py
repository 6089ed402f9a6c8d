"""What whoever starts a server decides."""

import os
from dataclasses import dataclass, field
from pathlib import Path


def _workers() -> int:
    return 2 * (os.cpu_count() or 1)


@dataclass(frozen=True)
class Settings:
    """Which graph to serve, and within which limits.

    `timeout` is in seconds, `memory` the megabytes of one worker, `max_request` the bytes of one request, `waiting` the
    queries that may stand in line. Without a `token` nothing can be written. `origins` are the web origins whose pages may
    read the answers; `*` is any.
    """

    path: Path
    timeout: float = 30.0
    max_rows: int = 100_000
    token: str | None = None
    workers: int = field(default_factory=_workers)
    memory: int = 1024
    waiting: int = 256
    max_request: int = 2**20
    origins: tuple[str, ...] = ("*",)
