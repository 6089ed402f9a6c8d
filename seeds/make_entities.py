"""Makes `seeds/entities/`: `python seeds/make_entities.py [--data FOLDER] [--packages] [--out FOLDER]`.

Without options it compiles the curated tables and the facts as they stand in the repository: same input, same bytes.
`--data` extracts the facts anew from a folder of public data sets, `--packages` from the installed packages of the
dependency group `entities`.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def main() -> None:
    """Runs the stages that the arguments ask for and prints the number of rows of each table."""
    from making import extract, packages
    from making.compile import compile_base, write
    from making.coverage import coverage
    from making.tables import ENTITIES, TableError

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of public data sets to extract facts from")
    parser.add_argument("--packages", action="store_true", help="extract facts from installed packages")
    parser.add_argument("--out", type=Path, default=ENTITIES, help="folder to write the tables of the base to")
    arguments = parser.parse_args()
    try:
        if arguments.packages:
            _show(packages.extract())
        if arguments.data:
            _show(extract.extract(arguments.data))
        base = compile_base()
        _show(write(base, arguments.out))
        sys.stdout.write(f"\n{coverage(base)}\n")
    except TableError as error:
        sys.exit(str(error))


def _show(rows: dict[str, int]) -> None:
    for name, number in rows.items():
        sys.stdout.write(f"{name:16}{number:8,}\n")


if __name__ == "__main__":
    main()
