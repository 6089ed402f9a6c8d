"""The words of a sentence that tell what happened, found again by the ontology's trigger words.

A graph keeps the sentence of a statement, and not which of its words evoked it; so these are looked up by the forms that
English gives a regular verb or noun, and by the past tense that names the type. Other irregular forms are not found.

>>> find_trigger("Mr Putin praised the troops.", "Praise", "praised")
[(9, 16)]
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

from kg.ontology import triggers

_VOWELS = "aeiou"


def find_trigger(quote: str, type_name: str, label: str) -> list[tuple[int, int]]:
    """Start and end of each word or phrase that evokes the type; `label` is the verb phrase that names it."""
    pattern = _pattern(type_name, label)
    return [match.span() for match in pattern.finditer(quote)] if pattern else []


@cache
def _pattern(type_name: str, label: str) -> re.Pattern[str] | None:
    phrases = {words for trigger in triggers() if trigger.type == type_name for words in trigger.words}
    forms = {" ".join(form) for words in phrases for form in product(*map(_forms, words))}
    verb = label.split(maxsplit=1)[0]
    if verb not in ("is", "was", "has", "had"):
        forms.add(verb)
    return _any_of(forms)


def _any_of(forms: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern for any of the forms as whole words, the longest first."""
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    words = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in ordered)
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE) if ordered else None


def _forms(lemma: str) -> Iterator[str]:
    """The regular forms of a verb or noun."""
    yield lemma
    if lemma.endswith("e"):
        yield from (lemma + "s", lemma + "d", lemma[:-1] + "ing")
    elif lemma.endswith("y") and lemma[-2:-1] not in _VOWELS:
        yield from (lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing")
    else:
        yield from (lemma + ending for ending in ("s", "es", "ed", "ing", lemma[-1:] + "ed", lemma[-1:] + "ing"))
