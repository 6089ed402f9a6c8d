"""What the base covers: a table for the eye and for `docs/entities.md`."""

from collections import Counter

from making.base import Base


def coverage(base: Base) -> str:
    """A Markdown table of entities, confirmed ids and names by type."""
    entities = Counter(entry.type for entry in base.entries)
    confirmed = Counter(entry.type for entry in base.entries if entry.qid)
    english = Counter(entry.type for entry in base.entries for _, language in entry.aliases if not language)
    foreign = Counter(entry.type for entry in base.entries for _, language in entry.aliases if language)
    lines = [
        "| type | entities | with a Wikidata id | English names | names in other languages |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for type_ in sorted(entities):
        lines.append(_line(type_, entities[type_], confirmed[type_], english[type_], foreign[type_]))
    lines.append(_line("**all**", *(count.total() for count in (entities, confirmed, english, foreign))))
    return "\n".join(lines)


def _line(name: str, *numbers: int) -> str:
    return f"| {name} | " + " | ".join(f"{number:,}" for number in numbers) + " |"
