"""Which names do harm in running text: ordinary words, given names and surnames, and what many little-known things share.

Such a name is kept as `common`: it means the entity only where the text is about its country.
"""

from collections import Counter, defaultdict

from making.base import ACRONYM, COMMON, NAME, SHORT, Base, Entry, Identities
from making.tables import facts, fold

_WELL_KNOWN, _KNOWN_CITY, _LITTLE_KNOWN = 50, 52, 46
_COMMON_NAME, _SHARED_BY, _LONGEST_ACRONYM = 4, 3, 4
_BY_THEMSELVES = (NAME, SHORT, ACRONYM)
_OF_ONE_STATE = frozenset({"Party", "Region", "City", "Government", "Company", "Media", "Military"})
"""Types whose names of several ordinary words (`Reform Party`, `Central District`) other states have too."""
_SMALL_WORDS = frozenset({"of", "and", "the", "for", "in", "to", "a"})


def prune(base: Base) -> None:
    """Marks the harmful names of entries that are not well known."""
    words = common_words()
    names = _common_names(base.identities)
    for entry in base.entries:
        for alias in [alias for (alias, language) in entry.aliases if not language]:
            if _is_harmful(entry, alias, words, names):
                _mark(entry, alias)
    _mark_shared(base)


def common_words() -> set[str]:
    """Words that texts write in lower case."""
    return {row["word"] for row in facts("words", "word")} | _SMALL_WORDS


def _mark(entry: Entry, alias: str) -> None:
    entry.aliases[alias, ""] = COMMON, entry.aliases[alias, ""][1]
    entry.unnamed.add(alias)


def _is_harmful(entry: Entry, alias: str, words: set[str], names: set[str]) -> bool:
    kind, source = entry.aliases[alias, ""]
    if kind not in _BY_THEMSELVES or source == "curated":
        return False
    if entry.type == "Person":
        return " " not in alias
    if entry.rank < _LITTLE_KNOWN and entry.type in _OF_ONE_STATE and all(w in words for w in fold(alias).split()):
        return True
    if " " in alias or entry.rank >= (_KNOWN_CITY if entry.type == "City" else _WELL_KNOWN):
        return False
    too_short = len(alias) <= (_LONGEST_ACRONYM if alias.isupper() else 3)
    plain = alias.casefold()
    return too_short or plain in words or plain in names or alias.islower() or plain.endswith("'s")


def _common_names(identities: Identities) -> set[str]:
    """Given names and surnames that several people of the sources bear, in lower case."""
    people = {one.qid: one.label for found in identities.by_qid.values() for one in found if "Person" in one.types}
    count: Counter[str] = Counter()
    for label in people.values():
        parts = label.casefold().split()
        count.update({parts[0], parts[-1]})
    return {name for name, number in count.items() if number >= _COMMON_NAME}


def _mark_shared(base: Base) -> None:
    """Marks names that only little-known entries share, and acronyms of all but the best known."""
    sharing: dict[str, list[Entry]] = defaultdict(list)
    for entry in base.entries:
        for (alias, language), (kind, _) in entry.aliases.items():
            if not language and kind != COMMON:
                sharing[alias].append(entry)
    for alias, entries in sharing.items():
        best = max(entry.rank for entry in entries)
        acronym = alias.isupper() and " " not in alias and len(entries) > 1
        for entry in entries:
            little_known = entry.rank < _LITTLE_KNOWN and entry.aliases[alias, ""][1] != "curated"
            if little_known and (acronym or (len(entries) >= _SHARED_BY and best < _LITTLE_KNOWN)):
                _mark(entry, alias)
