"""Kills real `kg build` processes at random moments, goes on, and compares the graph with that of an undisturbed build.

    python -m benchmarks.killed

Each build is a process of its own, forked from one that has loaded the model, which would else take most of the time.
Writes `killed.json` and `killed.md`.
"""

import hashlib
import io
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from benchmarks.gold import HERE
from benchmarks.tables import table
from kg.store import open_store

MOMENTS = 20
SEED = 9
DOCUMENTS = 40


class Killed(NamedTuple):
    """What a kill left: seconds after the start, whether the build still ran, documents then stored, whether it ended the same."""

    after: float
    was_killed: bool
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
    killed = sum(one.was_killed for one in found)
    rows = [
        [round(one.after, 2), "yes" if one.was_killed else "no", one.stored, "yes" if one.same else "NO"]
        for one in found
    ]
    return (
        "# Killed builds\n\nWritten by `make killed`. "
        f"A `kg build` of {DOCUMENTS} articles, which takes {whole.ends:.1f} s undisturbed, was sent SIGKILL at {len(found)} random "
        f"moments, {killed} times before it had ended, and then run again. In {same} of {len(found)} cases the graph is that of the undisturbed build, byte by byte as sorted N-Quads.\n\n"
        + table(["SIGKILL after, s", "still running", "documents stored then", "same graph in the end"], rows)
        + "\n"
    )


def kill(folder: Path, moments: int, seed: int, documents: int) -> tuple[Undisturbed, list[Killed]]:
    """The undisturbed build, and the kills in the order of their moments, which are spread over the time in which it writes."""
    source = folder / "news.jsonl"
    source.write_text("\n".join(articles(documents)), encoding="utf-8")
    chance = random.Random(seed)
    with Builds() as builds:
        whole = _undisturbed(builds, source, folder / "whole.kg")
        after = sorted(chance.uniform(whole.begins, whole.ends) for _ in range(moments))
        return whole, [_killed(builds, source, folder / f"{n}.kg", seconds, whole) for n, seconds in enumerate(after)]


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


class Builds:
    """Starts builds, each in a process of its own; a context manager."""

    def __enter__(self) -> "Builds":
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._nursery = context.Process(target=_fork_builds, args=(there,))
        self._nursery.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._nursery.join()

    def start(self, source: Path, path: Path) -> int:
        """The id of a new process, which builds the graph of the source at the path."""
        self._pipe.send(("build", str(source), "-o", str(path)))
        return int(self._pipe.recv())

    def has_ended(self) -> bool:
        """True where the last build has ended."""
        return self._pipe.poll()

    def exit_code(self) -> int:
        """How the last build ended, once it has: negative where a signal ended it."""
        return int(self._pipe.recv())


def _fork_builds(pipe: Connection) -> None:
    """Runs kg with each list of arguments that comes, and tells the id of the process at its start and its code at its end."""
    from kg.cli import main as kg
    from kg.nlp.pipeline import DEFAULT_MODEL, OWN, load_pipeline

    load_pipeline(DEFAULT_MODEL, None, None, OWN)
    while arguments := pipe.recv():
        process = os.fork()
        if process == 0:
            with Path(os.devnull).open("wb") as nothing:
                os.dup2(nothing.fileno(), 1)
                os.dup2(nothing.fileno(), 2)
            sys.argv = ["kg", *arguments]
            try:
                kg()
            except SystemExit as end:
                os._exit(int(end.code or 0))
            os._exit(0)
        pipe.send(process)
        pipe.send(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))


def _undisturbed(builds: Builds, source: Path, path: Path) -> Undisturbed:
    builds.start(source, path)
    began, begins = time.monotonic(), 0.0
    while not builds.has_ended():
        if not begins and (path / "CURRENT").exists():
            begins = time.monotonic() - began
        time.sleep(0.01)
    ends = time.monotonic() - began
    assert builds.exit_code() == 0, "the undisturbed build failed"
    return Undisturbed(begins, ends, _hash(path))


def _killed(builds: Builds, source: Path, path: Path, after: float, whole: Undisturbed) -> Killed:
    process = builds.start(source, path)
    time.sleep(after)
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(process, signal.SIGKILL)
    was_killed = builds.exit_code() == -signal.SIGKILL
    with open_store(path) as store:
        stored = len(store.document_ids())
        assert all(not problems for _, problems in store.check()), "a killed build left half a document"
    builds.start(source, path)
    assert builds.exit_code() == 0, "the build did not go on"
    return Killed(after, was_killed, stored, _hash(path) == whole.quads)


def _hash(path: Path) -> str:
    """The hash of all quads as sorted N-Quads: there are no blank nodes, so that this is the canonical form."""
    file = io.BytesIO()
    with open_store(path, read_only=True) as store:
        store.dump(file, "nquads")
    return hashlib.sha256(b"\n".join(sorted(file.getvalue().splitlines()))).hexdigest()


if __name__ == "__main__":
    main()
