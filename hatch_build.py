"""The wheel's build: brings the query editor of `kg serve` by npm, where npm is there. `python hatch_build.py` does only that.

The editor is third-party code, so it is not committed. Without it `kg serve` has a plain query page of its own.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from base64 import b64encode
from hashlib import sha512
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "@zazuko/yasgui@4.6.2"
INTEGRITY = "Zw45KdPoAE1KRaAoxIHdQqeJxvaVG1oQdntw0hy0ktX35Zu8ZccuOLrXCLwR+GU+0xMzLw8Mjw6BkSZV2vUuQw=="
"""The package's SHA-512, as the registry and every lock file of npm have it."""
FILES = ("build/yasgui.min.js", "build/yasgui.min.css", "package.json")
TARGET = Path(__file__).parent / "kg" / "server" / "static" / "yasgui"


class Problem(Exception):
    """Why the editor could not be brought."""


def bring() -> None:
    """Puts the editor where `kg serve` looks for it, unless it is there; Problem where that cannot be done."""
    if all((TARGET / Path(name).name).is_file() for name in FILES):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise Problem("npm is not installed")
    with TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", "--ignore-scripts", PACKAGE]
        try:
            subprocess.run(command, cwd=folder, check=True, timeout=120, capture_output=True, text=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise Problem(f"npm could not bring {PACKAGE} ({error})") from error
        [package] = Path(folder).glob("*.tgz")
        if b64encode(sha512(package.read_bytes()).digest()).decode() != INTEGRITY:
            raise Problem(f"{PACKAGE} is not what it was: its hash differs")
        TARGET.mkdir(parents=True, exist_ok=True)
        with tarfile.open(package) as archive:
            for name in FILES:
                content = archive.extractfile(f"package/{name}")
                assert content is not None, "the hash says that the file is there"
                (TARGET / Path(name).name).write_bytes(content.read())


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs before a wheel is packed; KG_WITHOUT_EDITOR=1 leaves the editor out."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Brings the editor, or says why the wheel goes without it."""
        if version == "editable" or os.environ.get("KG_WITHOUT_EDITOR"):
            return
        try:
            bring()
        except Problem as problem:
            self.app.display_warning(f"the query page will be the plain one: {problem}")
        build_data["artifacts"] += [f"kg/server/static/yasgui/{Path(name).name}" for name in FILES]


if __name__ == "__main__":
    try:
        bring()
    except Problem as problem:
        sys.exit(f"no query editor: {problem}")
    print(f"{TARGET}: {PACKAGE}")
