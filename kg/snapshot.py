"""The files of a store as they are at one moment, so that it can be read while another process writes it.

The engine opens a table of data when it first needs it, and a writer deletes the tables that it has merged: a reader that
comes too late fails, or never ends. Hard links keep what the reader may still need; they cost no space and no time.
"""

import os
import platform
import shutil
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
