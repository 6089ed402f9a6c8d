"""The processes that evaluate queries: so many at once, the rest waiting in a line, and each killed when its time is over."""

import asyncio
import json
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import kg
from kg.server.worker import Job, Refused
from kg.snapshot import fingerprint, take_snapshot

log = logging.getLogger(__name__)

SLOW = 1.0
"""After so many seconds of a processor a query gives way to others."""
_NICE = 10
_LOOK_AFTER = 1.0
_TRIES = 10
_MOST_HELD = 2**29
_START = 60.0


class Answer(NamedTuple):
    """What a worker has answered: an HTTP status, what it tells of the body, and the body."""

    status: int
    about: dict[str, Any]
    body: bytes


class Busy(Refused):
    """The line is full, or took too long."""

    def __init__(self, reason: str) -> None:
        super().__init__(503, reason)


class TimedOut(Refused):
    """A query was ended at its time limit."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            503, f"the query was stopped after {seconds:g} s, the time limit: narrow it, add LIMIT, or raise --timeout"
        )


class TooLarge(Refused):
    """A query has ended its worker: it needed too much memory, or nests too deep."""

    def __init__(self, megabytes: int, code: int | None) -> None:
        too_deep = hasattr(signal, "SIGSEGV") and code == -signal.SIGSEGV
        why = "it nests too deep" if too_deep else f"it needs more than {megabytes} MB of memory"
        super().__init__(
            503, f"the query was stopped because {why}: narrow it{'' if too_deep else ', or raise --memory'}"
        )


class Snapshot:
    """The files of a store as they were at one moment, kept while queries read them."""

    def __init__(self, path: Path) -> None:
        self.state = fingerprint(path)
        self.folder = take_snapshot(path)
        self.path = self.folder or path
        self.readers = 0
        self.replaced = False

    def release(self) -> None:
        """Deletes the files once they are replaced and nobody reads them."""
        if self.replaced and not self.readers and self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


class Worker:
    """A process that runs `kg.server.worker`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None
        self.process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self.slow = False

    @classmethod
    async def start(cls) -> "Worker":
        """A worker that is ready; OSError where none can be started."""
        command = [sys.executable, "-P", "-m", "kg.server.worker"]
        path = os.pathsep.join(filter(None, [str(Path(kg.__file__).parents[1]), os.environ.get("PYTHONPATH")]))
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path, "MALLOC_ARENA_MAX": "2"},
        )
        worker = cls(process)
        try:
            await asyncio.wait_for(worker.receive(), _START)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            await worker.kill()
            raise OSError("a worker did not start") from error
        return worker

    async def ask(self, job: Job) -> Answer:
        """The answer to a job; IncompleteReadError or ConnectionError where the process ends meanwhile."""
        self._stdin.write(json.dumps(job).encode() + b"\n")
        await self._stdin.drain()
        return await self.receive()

    async def receive(self) -> Answer:
        """The next answer of the process."""
        header = json.loads(await self._stdout.readuntil(b"\n"))
        body = await self._stdout.readexactly(header["length"])
        return Answer(header["status"], header, body)

    def processor_seconds(self) -> float:
        """The processor time that the process has taken so far; the time on the clock where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError):
            return time.monotonic()

    def give_way(self) -> None:
        """Lets others run before this process; there is no way back, so that it must be replaced after its job."""
        self.slow = True
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, _NICE)

    async def ended(self) -> int | None:
        """The exit code of a process that is about to end; None where it does not."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), _START)
        return self.process.returncode

    async def kill(self) -> None:
        """Ends the process, whatever it does."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()
        await self.process.wait()


class Pool:
    """So many workers over the store at a path, each replaced when it is killed; open it as a context manager.

    `waiting` jobs at most stand in line. A job gets `timeout` seconds once it has a worker, and `megabytes` of memory.
    """

    def __init__(self, path: Path, *, workers: int, waiting: int, timeout: float, megabytes: int) -> None:
        self.path, self.size, self.longest_line = path, workers, waiting
        self.timeout, self.megabytes = timeout, megabytes
        self.in_line = self.busy = 0
        self.held = 0
        """The bytes of answers that clients have not taken yet; whoever sends them counts them."""
        self.on_end: Callable[[str], None] = lambda reason: None
        """Called when a worker is killed, with the reason: `time`, `memory` or `gone`."""
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        self._workers: set[Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._snapshot: Snapshot | None = None
        self._looked = 0.0
        self._looking = asyncio.Lock()

    async def __aenter__(self) -> "Pool":
        await asyncio.gather(*(self._add() for _ in range(self.size)))
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*(worker.kill() for worker in self._workers))
        if self._snapshot is not None:
            self._replace(None)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [worker.process.pid for worker in self._workers]

    async def read(self, job: Job) -> Answer:
        """The answer to a job that reads; Busy, TimedOut or TooLarge where there is none."""
        for _ in range(_TRIES):
            async with self._reading() as snapshot:
                answer = await self._run(job | {"store": str(snapshot.path)})
            if "stale" not in answer.about:
                return Answer(answer.status, answer.about | {"state": snapshot.state}, answer.body)
            self._looked = 0.0  # a writer was in the middle of something
            await asyncio.sleep(0.05)
            self._replace(await asyncio.to_thread(Snapshot, self.path))
        return answer

    async def write(self, job: Job) -> Answer:
        """The answer to an update, which is seen by all reads that come after it."""
        async with self._writing:
            answer = await self._run(job | {"store": str(self.path)})
        self._looked = 0.0
        return answer

    async def state(self) -> str:
        """A text that changes when the store changes, at most a second later."""
        async with self._reading() as snapshot:
            return snapshot.state

    async def _run(self, job: Job) -> Answer:
        worker = await self._wait()
        self.busy += 1
        try:
            answer = await self._ask(worker, job | {"timeout": self.timeout, "memory": self.megabytes})
        except TimeoutError:
            self._end(worker, "time")
            raise TimedOut(self.timeout) from None
        except (asyncio.IncompleteReadError, ConnectionError):
            try:
                code = await worker.ended()
            finally:
                self._end(worker, "memory")
            raise TooLarge(self.megabytes, code) from None
        except BaseException:
            self._end(worker, "gone")
            raise
        finally:
            self.busy -= 1
        if worker.slow:
            self._end(worker, "")
        else:
            self._free.put_nowait(worker)
        return answer

    async def _wait(self) -> Worker:
        if self.held > _MOST_HELD:
            raise Busy("too many answers wait to be read by their clients: try again in a moment")
        if self.in_line >= self.longest_line:
            raise Busy(f"{self.in_line} queries are waiting already: try again in a moment")
        self.in_line += 1
        try:
            async with asyncio.timeout(self.timeout):
                return await self._next_free()
        except TimeoutError:
            raise Busy(
                f"all {self.size} workers have been busy for {self.timeout:g} s: try again in a moment"
            ) from None
        finally:
            self.in_line -= 1

    async def _next_free(self) -> Worker:
        while True:
            worker = await self._free.get()
            if worker.process.returncode is None:
                return worker
            self._end(worker, "gone")  # somebody has killed it while it was idle

    async def _ask(self, worker: Worker, job: Job) -> Answer:
        watch = asyncio.create_task(self._watch(worker))
        try:
            return await asyncio.wait_for(worker.ask(job), self.timeout)
        finally:
            watch.cancel()

    async def _watch(self, worker: Worker) -> None:
        """Lets a worker give way once its job has taken too much of a processor, not counting what it has waited for one."""
        before = worker.processor_seconds()
        await asyncio.sleep(SLOW)
        while worker.processor_seconds() - before < SLOW:
            await asyncio.sleep(SLOW / 4)
        worker.give_way()

    # --- workers ---

    def _end(self, worker: Worker, reason: str) -> None:
        if reason:
            self.on_end(reason)
        task = asyncio.create_task(self._renew(worker))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _renew(self, worker: Worker) -> None:
        await worker.kill()
        self._workers.discard(worker)
        while True:
            try:
                await self._add()
            except OSError as error:
                log.warning("no worker can be started (%s); the next try is in a second", error)
                await asyncio.sleep(1)
            else:
                return

    async def _add(self) -> None:
        worker = await Worker.start()
        self._workers.add(worker)
        self._free.put_nowait(worker)

    # --- snapshots ---

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Snapshot]:
        snapshot = await self._latest()
        snapshot.readers += 1
        try:
            yield snapshot
        finally:
            snapshot.readers -= 1
            snapshot.release()

    async def _latest(self) -> Snapshot:
        """The store as it is now, or was a second ago."""
        async with self._looking:
            if self._snapshot is None or time.monotonic() - self._looked > _LOOK_AFTER:
                try:
                    await self._look()
                except OSError as error:
                    raise Refused(503, f"the store cannot be read now ({error}): try again") from error
                self._looked = time.monotonic()
            assert self._snapshot is not None
            return self._snapshot

    async def _look(self) -> None:
        state = await asyncio.to_thread(fingerprint, self.path)
        if self._snapshot is None or state != self._snapshot.state:
            self._replace(await asyncio.to_thread(Snapshot, self.path))

    def _replace(self, snapshot: Snapshot | None) -> None:
        if self._snapshot is not None:
            self._snapshot.replaced = True
            self._snapshot.release()
        self._snapshot = snapshot
