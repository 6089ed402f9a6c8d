"""Which names do harm in running text: ordinary words, given names and surnames, and what many little-known things share."""

from collections import Counter, defaultdict

from making.base import ACRONYM, NAME, SHORT, Base, Entry, Identities
from making.tables import facts

_WELL_KNOWN, _KNOWN_CITY, _LITTLE_KNOWN = 50, 52, 46
_COMMON_NAME, _SHARED_BY, _LONGEST_ACRONYM = 8, 3, 5
_BY_THEMSELVES = (NAME, SHORT, ACRONYM)


def prune(base: Base) -> None:
    """Takes away the harmful aliases of entries that are not well known; the entries themselves stay."""
    words = {row["word"] for row in facts("words", "word")}
    names = _common_names(base.identities)
    for entry in base.entries:
        for alias in [alias for (alias, language) in entry.aliases if not language]:
            if _is_harmful(entry, alias, words, names):
                _take(entry, alias)
    _prune_shared(base)


def _take(entry: Entry, alias: str) -> None:
    del entry.aliases[alias, ""]
    entry.unnamed.add(alias)


def _is_harmful(entry: Entry, alias: str, words: set[str], names: set[str]) -> bool:
    kind, source = entry.aliases[alias, ""]
    if kind not in _BY_THEMSELVES or " " in alias:
        return False
    if entry.type == "Person":
        return source != "curated"
    if source == "curated" or entry.rank >= (_KNOWN_CITY if entry.type == "City" else _WELL_KNOWN):
        return False
    if alias.isupper() and len(alias) < 3:
        return True
    plain = alias.casefold()
    return plain in words or plain in names or alias.islower() or plain.endswith("'s")


def _common_names(identities: Identities) -> set[str]:
    """Given names and surnames that many people of the sources bear, in lower case."""
    people = {one.qid: one.label for found in identities.by_qid.values() for one in found if "Person" in one.types}
    count: Counter[str] = Counter()
    for label in people.values():
        parts = label.casefold().split()
        count.update({parts[0], parts[-1]})
    return {name for name, number in count.items() if number >= _COMMON_NAME}


def _prune_shared(base: Base) -> None:
    """Takes away names that only little-known entries share, and acronyms from all but the best known."""
    sharing: dict[str, list[Entry]] = defaultdict(list)
    for entry in base.entries:
        for alias, language in entry.aliases:
            if not language:
                sharing[alias].append(entry)
    for alias, entries in sharing.items():
        best = max(entry.rank for entry in entries)
        acronym = alias.isupper() and len(alias) <= _LONGEST_ACRONYM and len(entries) > 1
        for entry in entries:
            little_known = entry.rank < _LITTLE_KNOWN and entry.aliases[alias, ""][1] != "curated"
            if little_known and (acronym or (len(entries) >= _SHARED_BY and best < _LITTLE_KNOWN)):
                _take(entry, alias)
