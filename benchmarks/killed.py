"""Kills real `kg build` processes at random moments, goes on, and compares the graph with that of an undisturbed build.

    python -m benchmarks.killed

Writes `killed.json` and `killed.md`.
"""

import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.gold import HERE
from benchmarks.tables import table
from kg.store import open_store

MOMENTS = 20
SEED = 9
DOCUMENTS = 80
BUILD = [sys.executable, "-c", "from kg.cli import main; main()", "build"]


class Killed(NamedTuple):
    """What a kill left: seconds after the start, documents then stored, and whether the build that went on came out the same."""

    after: float
    stored: int
    same: bool


class Undisturbed(NamedTuple):
    """A build that nobody killed: when its graph was there, when it ended, and the hash of its quads."""

    begins: float
    ends: float
    quads: str


def main() -> None:
    """Kills at 20 moments and writes the two files of results."""
    with tempfile.TemporaryDirectory() as folder:
        whole, found = kill(Path(folder), MOMENTS, SEED, DOCUMENTS)
    results = {"documents": DOCUMENTS, "seed": SEED, "seconds": round(whole.ends, 1), "quads": whole.quads}
    rows = [one._asdict() | {"after": round(one.after, 2)} for one in found]
    (HERE / "killed.json").write_text(json.dumps(results | {"kills": rows}, indent=1) + "\n", encoding="utf-8")
    (HERE / "killed.md").write_text(to_markdown(whole, found), encoding="utf-8")
    print(to_markdown(whole, found), end="")
    sys.exit(not all(one.same for one in found))


def to_markdown(whole: Undisturbed, found: list[Killed]) -> str:
    """The kills as a table."""
    same = sum(one.same for one in found)
    rows = [[round(one.after, 2), one.stored, "yes" if one.same else "NO"] for one in found]
    return (
        "# Killed builds\n\nWritten by `make killed`. "
        f"A `kg build` of {DOCUMENTS} articles, which takes {whole.ends:.1f} s undisturbed, was killed by SIGKILL at {len(found)} random "
        f"moments and then run again. In {same} of {len(found)} cases the graph is that of the undisturbed build, byte by byte as sorted N-Quads.\n\n"
        + table(["killed after, s", "documents stored then", "same graph in the end"], rows)
        + "\n"
    )


def kill(folder: Path, moments: int, seed: int, documents: int) -> tuple[Undisturbed, list[Killed]]:
    """The undisturbed build, and the kills in the order of their moments, which are spread over the time in which it writes."""
    source = folder / "news.jsonl"
    source.write_text("\n".join(articles(documents)), encoding="utf-8")
    whole = _undisturbed(source, folder / "whole.kg")
    chance = random.Random(seed)
    after = sorted(chance.uniform(whole.begins, whole.ends) for _ in range(moments))
    return whole, [_killed(source, folder / f"{number}.kg", seconds, whole) for number, seconds in enumerate(after)]


def articles(number: int) -> Iterator[str]:
    """So many short articles as JSON lines."""
    people = ["Vladimir Putin", "Kim Jong Un", "Donald Trump", "Emmanuel Macron", "Xi Jinping", "Angela Merkel"]
    places = ["Pyongyang", "Moscow", "Paris", "Beijing", "Berlin", "Vienna", "Geneva"]
    for i in range(number):
        one, other = people[i % 6], people[(i + 1 + i // 6) % 6]
        text = (
            f"{one} met {other} in {places[i % 7]} on Thursday. Later he criticized {people[(i + 3) % 6]} and denied that "
            f"Russia had attacked Ukraine. {other} will visit {places[(i + 2) % 7]} next week, Reuters reported."
        )
        day = f"2025-{i % 12 + 1:02}-{i % 27 + 1:02}"
        yield json.dumps({"id": f"article-{i}", "date": day, "text": text, "source": "Daily"})


def _undisturbed(source: Path, path: Path) -> Undisturbed:
    began, begins = time.monotonic(), 0.0
    with _start(source, path) as process:
        while process.poll() is None:
            if not begins and (path / "CURRENT").exists():
                begins = time.monotonic() - began
            time.sleep(0.01)
    assert process.returncode == 0, "the undisturbed build failed"
    return Undisturbed(begins, time.monotonic() - began, _hash(path))


def _killed(source: Path, path: Path, after: float, whole: Undisturbed) -> Killed:
    with _start(source, path) as process:
        time.sleep(after)
        os.kill(process.pid, signal.SIGKILL)
    with open_store(path) as store:
        stored = len(store.document_ids())
        assert all(not problems for _, problems in store.check()), "a killed build left half a document"
    with _start(source, path) as again:
        pass
    assert again.returncode == 0, "the build did not go on"
    return Killed(after, stored, _hash(path) == whole.quads)


def _start(source: Path, path: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*BUILD, str(source), "-o", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _hash(path: Path) -> str:
    """The hash of all quads as sorted N-Quads: there are no blank nodes, so that this is the canonical form."""
    file = io.BytesIO()
    with open_store(path, read_only=True) as store:
        store.dump(file, "nquads")
    return hashlib.sha256(b"\n".join(sorted(file.getvalue().splitlines()))).hexdigest()


if __name__ == "__main__":
    main()
