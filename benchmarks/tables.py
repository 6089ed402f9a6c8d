"""The results of `benchmarks/run.py` as Markdown tables."""

from collections.abc import Iterable
from typing import Any

Table = dict[str, Any]


def to_markdown(results: Table) -> str:
    """All results, one section a heading."""
    return (
        "# Results\n\nWritten by `make bench`; every figure stands in `results.json` with its counts.\n\n"
        f"{setting_line(results['setting'])}\n\n"
        f"## Quality\n\n{quality_table(results['quality'])}\n\n"
        f"## Speed\n\n{speed_table(results['speed'])}\n\n"
        f"## Store\n\n{store_table(results['store'])}\n"
    )


def setting_line(setting: Table) -> str:
    """What the figures depend on, in one sentence."""
    return (
        "Measured with "
        + ", ".join(f"{name} {value}" for name, value in setting.items() if name != "cores")
        + (f" on {setting['cores']} cores.")
    )


def quality_table(quality: dict[str, Table]) -> str:
    """Precision, recall and F1 by gold set and level, with counts; accuracy of the slots of matched statements."""
    if not quality:
        return "No annotated articles were there to measure on."
    rates, slots = [], []
    for name, rows in quality.items():
        for figure, row in rows.items():
            if "f1" in row:
                counts = f"{row['right']} / {row['predicted']} / {row['gold']}"
                rates.append([name, figure, row["precision"], row["recall"], row["f1"], counts])
            else:
                slots.append([name, figure, row["accuracy"], f"{row['right']} of {row['of']}"])
    return (
        table(["gold set", "what", "precision", "recall", "F1", "right / found / gold"], rates)
        + "\n\nOf the statements that match, and the entities that were found:\n\n"
        + table(["gold set", "slot", "accuracy", "right"], slots)
    )


def speed_table(speed: Table) -> str:
    """Documents and sentences a second, and how many times longer than spaCy alone."""
    rows = [
        [name, stage["documents_per_second"], stage["sentences_per_second"], f"{stage['times_spacy']} ×"]
        for name, stage in speed["stages"].items()
    ]
    return (
        f"{speed['documents']} articles of {speed['corpus']}, {speed['sentences']} sentences, one process, "
        f"by turns in one run; {speed['set_aside']} articles were set aside by the checks. Seconds are of processor time.\n\n"
        + table(["stage", "documents / s", "sentences / s", "time beside spaCy"], rows)
    )


def store_table(store: Table) -> str:
    """Loading and each named query: kg on disk, rdflib in memory."""
    rows = [["load N-Quads", "", *_pair(store["load"])]]
    rows += [[f"`{name}`", row["rows"], *_pair(row)] for name, row in store["queries"].items()]
    return f"The same {store['quads']} quads in kg's store on disk and in rdflib's own in memory.\n\n" + table(
        ["", "rows", "kg, ms", "rdflib, ms", "rdflib / kg"], rows
    )


def _agreement(store: Table) -> str:
    """Whether both give the same rows."""
    compared = {name: row["same"] for name, row in store["queries"].items() if row["same"] is not None}
    other = [f"`{name}`" for name, same in compared.items() if not same]
    if not other:
        return f"Both give the same rows to all {len(compared)} queries that both answer."
    return f"They give other rows to {', '.join(other)}."


def _pair(row: Table) -> list[Any]:
    own, rdflib = (None if row[name] is None else round(row[name] * 1000, 1) for name in ("kg", "rdflib"))
    return [own, "given up" if rdflib is None else rdflib, f"{row['times_rdflib']} ×" if row["times_rdflib"] else "–"]


def table(heads: list[str], rows: Iterable[list[Any]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
