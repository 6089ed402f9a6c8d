"""Runs the notebooks from their jupytext sources and writes them, with their outputs, to build/notebooks.

    python notebooks/execute.py [SOURCE …] [-o FOLDER]

One line a notebook; the exit code is 1 where a cell fails, and its traceback is printed.
"""

import argparse
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

HERE = Path(__file__).parent
OUTPUT = HERE.parent / "build" / "notebooks"
SECONDS_A_CELL = 300
ENCRYPTED = Config({"KernelManager": {"transport_encryption": "auto"}})
"""Kernels listen on ports of this machine: nobody else on it can read along or speak to them."""


def execute(source: Path, folder: Path) -> str:
    """One sentence about the notebook, which stands in the folder with its outputs; CellExecutionError where a cell fails."""
    notebook = jupytext.read(source, fmt="py:percent")
    began = time.monotonic()
    target = folder / f"{source.stem}.ipynb"
    try:
        NotebookClient(
            notebook,
            timeout=SECONDS_A_CELL,
            kernel_name="python3",
            resources={"metadata": {"path": str(source.parent)}},
            config=ENCRYPTED,
        ).execute()
    finally:
        nbformat.write(notebook, target)
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    return f"{source.name}: {cells} cells ran in {time.monotonic() - began:.1f} s, written to {target}"


def main() -> None:
    """Runs the sources given, or all beside this file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sources", nargs="*", type=Path, metavar="SOURCE")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT, metavar="FOLDER")
    arguments = parser.parse_args()
    sources = arguments.sources or [path for path in sorted(HERE.glob("*.py")) if path != Path(__file__)]
    arguments.output.mkdir(parents=True, exist_ok=True)
    failed = False
    for source in sources:
        try:
            print(execute(source, arguments.output), flush=True)
        except CellExecutionError as error:
            failed = True
            print(f"{source.name}: a cell failed\n{error}", file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main()
