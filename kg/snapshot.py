"""The files of a store: links to them as they are at one moment, so that it can be read while another process writes it,
copies of them, and a whole new set in their place.

The engine opens a table of data when it first needs it, and a writer deletes the tables that it has merged: a reader that
comes too late fails, or never ends. Hard links keep what the reader may still need; they cost no space and no time.
"""

import filecmp
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

_PREFIX = f"reader-{platform.node()}-"
_TRIES = 100


def take_snapshot(path: Path) -> Path | None:
    """A folder inside the store with links to its present files, to be deleted after use; None where none can be made."""
    _sweep(path)
    try:
        folder = Path(mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=path))
    except OSError:
        return None  # a folder that one may only read
    try:
        if any(_link(path, folder) for _ in range(_TRIES)):
            return folder
    except OSError:
        pass  # a file system without hard links
    shutil.rmtree(folder, ignore_errors=True)
    return None


def fingerprint(path: Path) -> str:
    """A text that changes whenever something is written to the store."""
    while True:
        try:
            return repr(
                sorted((entry.name, entry.stat().st_size) for entry in os.scandir(path) if _holds_data(entry.name))
            )
        except FileNotFoundError:
            if not path.exists():
                raise


def _holds_data(name: str) -> bool:
    return name.endswith((".sst", ".log")) or name.startswith(("CURRENT", "MANIFEST"))


def _sweep(path: Path) -> None:
    """Deletes what readers have left that were killed."""
    for folder in path.glob(f"{_PREFIX}*"):
        if not _is_alive(int(folder.name.removeprefix(_PREFIX).partition("-")[0])):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _link(path: Path, folder: Path) -> bool:
    """Links all files into the folder; False where the store has changed meanwhile, so that they may not fit together."""
    for stale in folder.iterdir():
        stale.unlink()
    try:
        before = _state(path)
        for name, _ in before:
            if name.endswith((".sst", ".log")):
                os.link(path / name, folder / name)
            elif name.startswith(("CURRENT", "MANIFEST")):
                shutil.copyfile(path / name, folder / name)
        return _state(path) == before
    except FileNotFoundError:
        return False


def _state(path: Path) -> set[tuple[str, int]]:
    """The names of the files, with the length of the manifest, which tells how they fit together."""
    return {
        (entry.name, entry.stat().st_size if entry.name.startswith("MANIFEST") else 0)
        for entry in os.scandir(path)
        if entry.is_file() and not entry.name.startswith("LOG")
    }


# --- copies, and a new set ---


def copy_files(path: Path, target: Path) -> None:
    """Copies the files of a store as they are at one moment into a new folder; OSError where one came out differently."""
    snapshot = take_snapshot(path)
    source = snapshot or path
    try:
        target.mkdir()
        for file in sorted(source.iterdir()):
            if file.is_file() and file.name != "LOCK" and not file.name.startswith("LOG"):
                shutil.copyfile(file, target / file.name)
                if file.suffix == ".sst" and not filecmp.cmp(file, target / file.name, shallow=False):
                    raise OSError(f"the copy of {file.name} is not what was copied")
    finally:
        if snapshot is not None:
            shutil.rmtree(snapshot, ignore_errors=True)


def size_of(path: Path) -> int:
    """The bytes of the files of a store, without what readers hold."""
    return sum(file.stat().st_size for file in path.iterdir() if file.is_file())


def fresh_folder(path: Path) -> Path:
    """Where a new set of files is made before it takes its place; what a killed process has left there is deleted."""
    fresh = path.with_name(f".{path.name}.kg-new")
    shutil.rmtree(fresh, ignore_errors=True)
    return fresh


def _old_folder(path: Path) -> Path:
    return path.with_name(f".{path.name}.kg-old")


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Keeps other writers out, as the engine does while a store is open; OSError where one is in already."""
    with (path / "LOCK").open("a") as file:
        with suppress(ImportError):  # a system without locks of this kind
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def swap(fresh: Path, path: Path) -> None:
    """Puts the fresh folder in place of the store; readers keep their files, under the names that they know."""
    for folder in path.glob("reader-*"):
        (fresh / folder.name).mkdir()
        for file in folder.iterdir():
            os.link(file, fresh / folder.name / file.name)
    old = _old_folder(path)
    shutil.rmtree(old, ignore_errors=True)
    path.rename(old)
    fresh.rename(path)
    shutil.rmtree(old, ignore_errors=True)


def recover(path: Path) -> None:
    """Puts the old files back where a process was killed just between taking them away and putting new ones there."""
    if not path.exists() and _old_folder(path).exists():
        _old_folder(path).rename(path)
