"""`kg_names`: finds names, by the knowledge base and by the model, and agrees on one set of spans.

The longest span wins; of equal ones the knowledge base's. Types come from the knowledge base, else from the word that
heads the name (`… Ministry`), else from the model's label.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from itertools import accumulate

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.gazetteer import ADJECTIVE as GAZETTEER_ADJECTIVE
from kg.gazetteer import PEOPLE, Gazetteer
from kg.nlp.acronyms import introduced_by
from kg.nlp.mentions import ADJECTIVE, NAME, make_mention, plain, register_extensions, set_mentions
from kg.ontology import head_nouns, role_nouns, triggers, types, words
from kg.own_entities import gazetteer_with

MODEL_TYPES = {
    "PERSON": "Person",
    "GPE": "City",
    "LOC": "Location",
    "NORP": "Group",
    "ORG": "Organization",
    "FAC": "Facility",
    "EVENT": "NamedEvent",
    "LAW": "Agreement",
    "PRODUCT": "Equipment",
}
"""OntoNotes labels → entity types, where nothing says more."""
_FOLLOWS_LABEL = {
    "ORG": (
        "Government",
        "Military",
        "Party",
        "Media",
        "InternationalOrganization",
        "Company",
        "ArmedGroup",
        "Organization",
    ),
    "GPE": ("City", "Country", "Region"),
    "LOC": ("Region", "Location", "City"),
    "FAC": ("Facility",),
    "EVENT": ("NamedEvent",),
    "LAW": ("Agreement",),
    "PRODUCT": ("Equipment",),
}
_EDITED = frozenset("[]")
"""What an editor puts around what the speaker did not say."""
_HYPHENS = frozenset("-–—")
_ARTICLES = frozenset({"a", "an"})
"""No name begins with these, whatever the tagger takes them for in a headline (`An Alaska man`)."""
_NO_NAME = frozenset({"ADV", "PRON", "INTJ"})
_NAME_TAGS = frozenset({"PROPN", "NOUN", "ADJ", "X"})


def gazetteer_spans(doc: Doc, gazetteer: Gazetteer) -> Iterator[Span]:
    """The longest names of the knowledge base from each token on, as spans labelled with the type of the likeliest."""
    day = date.fromisoformat(doc._.kg_published) if doc._.kg_published else None
    texts = [plain(token.text) for token in doc]
    spaced = [token.text_with_ws for token in doc]
    i = 0
    while i < len(doc):
        span = _longest_name(doc, texts, spaced, i, gazetteer) or _leader(doc[i], texts[i], gazetteer, day)
        if span is None or _ends_too_early(doc, texts, spaced, span, gazetteer):
            i += 1
        else:
            yield span
            i = span.end


def _leader(token: Token, name: str, gazetteer: Gazetteer, day: date | None) -> Span | None:
    """The surname alone of one leader of the day (`Rouhani`), which no other word of the name touches."""
    span = Span(token.doc, token.i, token.i + 1, label="Person")
    leads = token.text[0].isupper() and _is_name(span, name, gazetteer) and gazetteer.leaders_called(name, day)
    if token.pos_ != "PROPN" or not leads:
        return None
    beside = [token.nbor(step) for step in (-1, 1) if 0 <= token.i + step < len(token.doc)]
    alone = not any(other.pos_ == "PROPN" and other.ent_iob_ != "O" for other in beside) and token.ent_iob_ != "I"
    return span if alone else None


def _ends_too_early(doc: Doc, texts: list[str], spaced: list[str], span: Span, gazetteer: Gazetteer) -> bool:
    """True of `the Golan` before `Heights`: without its determiner a longer name begins there."""
    if texts[span.start] != "the" or span.start + 1 >= len(doc):
        return False
    longer = _longest_name(doc, texts, spaced, span.start + 1, gazetteer)
    return longer is not None and longer.end > span.end


def _longest_name(doc: Doc, texts: list[str], spaced: list[str], start: int, gazetteer: Gazetteer) -> Span | None:
    longest = max([gazetteer.longest.get(first, 0) for first in _first_words(texts, start)])
    for end in range(min(start + 2 * longest, len(doc)), start, -1):
        name = plain("".join(spaced[start:end]))
        found = gazetteer.find(name)
        if not found and texts[end - 1].islower() and _ends_in_noun(doc[start], doc[end - 1]):
            found = gazetteer.find_spelled(name)
        if found and _is_name(doc[start:end], name, gazetteer) and not _joins_lines(doc[start:end], gazetteer):
            return Span(doc, start, end, label=found[0].type)
    return None


def _joins_lines(span: Span, gazetteer: Gazetteer) -> bool:
    """True of a name over the end of a line that begins with a name of its own (`Moscow`, and `Region officials` below)."""
    breaks = [token.i for token in span if token.is_space and "\n" in token.text]
    if not breaks:
        return False
    before = span.doc[span.start : breaks[0]]
    return len(before) == 0 or span.doc[span.end - 1].is_space or bool(gazetteer.find(plain(before.text)))


def _ends_in_noun(first: Token, last: Token) -> bool:
    """True of a name whose last word, the noun that tells what it is, has no capital (`the European union`)."""
    return first.i < last.i and first.is_title and last.is_lower and last.lemma_ in head_nouns()


def _first_words(texts: list[str], start: int) -> Iterable[str]:
    """What may be the first word of a name: tokens glued without a space belong to one word (`al`, `-`, `Qaeda`)."""
    return accumulate(texts[start : start + 5])


def _is_name(span: Span, name: str, gazetteer: Gazetteer) -> bool:
    """False of a single token that is an ordinary word here (`Nice weather`, `March`)."""
    if len(span) > 1:
        return True
    token = span[0]
    if token.ent_type_ in ("DATE", "TIME", "MONEY", "QUANTITY", "CARDINAL", "ORDINAL", "PERCENT"):
        return False
    return token.pos_ in _NAME_TAGS and (token.pos_ == "PROPN" or bool(token.ent_type_) or _is_demonym(name, gazetteer))


def _is_demonym(name: str, gazetteer: Gazetteer) -> bool:
    return any(gazetteer.find(name, kind) for kind in (GAZETTEER_ADJECTIVE, PEOPLE))


def model_spans(doc: Doc) -> Iterator[Span]:
    """The model's entities without determiners, titles, possessive endings and punctuation, labelled as by the model."""
    for entity in doc.ents:
        for part in _places(entity) if entity.label_ in MODEL_TYPES else ():
            trimmed = trim(part)
            if trimmed is not None and any(token.text[0].isupper() for token in trimmed) and not _describes(trimmed):
                yield trimmed


def _places(span: Span) -> Iterator[Span]:
    """The places that the model took for one with what they lie in (`Mandan, North Dakota`); other spans as they are."""
    start = span.start
    if span.label_ in ("GPE", "LOC", "FAC"):
        for token in span:
            if token.text in (",", "&"):
                yield Span(span.doc, start, token.i, label=span.label_)
                start = token.i + 1
    if start < span.end:
        yield Span(span.doc, start, span.end, label=span.label_)


def _describes(span: Span) -> bool:
    """True of common words with a capital only because they begin a sentence (`Rebels attacked …`, `Reports`, `You`, `[W]e`)."""
    if all(token.pos_ in _NO_NAME for token in span) or not _EDITED.isdisjoint(span.text):
        return True
    common = span[0].is_sent_start is True and all(token.pos_ == "NOUN" for token in span)
    return common and (span.root.lemma_ in head_nouns() or span.root.tag_ == "NNS")


def trim(span: Span) -> Span | None:
    """The span without what is no part of a name at its ends, or None where nothing is left."""
    start, end = span.start, span.end
    while start < end and (_is_loose(span.doc[start]) or _is_part(span.doc[start], span.label_)):
        start += 1
    while end > start and _trails(span, end):
        end -= 1
    for i in range(start + 1, end):
        if span.doc[i].is_space and "\n" in span.doc[i].text:
            end = i
            break
    return Span(span.doc, start, end, label=span.label_) if start < end else None


def _trails(span: Span, end: int) -> bool:
    """True of the token before `end` where no name ends in it: `'s`, a comma, `of the`, a day, a number of the next noun (`Trump 11 times`)."""
    token = span.doc[end - 1]
    if token.tag_ in ("POS", "HYPH") or token.pos_ in ("ADP", "DET", "CCONJ"):
        return True
    counts = token.like_num and (span.label_ == "PERSON" or (token.dep_ == "nummod" and token.head.i >= end))
    if token.lower_ in words("weekday") or counts:
        return end - 1 > span.start
    return not token.text[-1].isalnum() and token.text != "."


def _is_loose(token: Token) -> bool:
    if (
        token.is_space
        or token.is_punct
        or token.pos_ in ("DET", "ADP", "CCONJ", "NUM")
        or token.tag_ in ("POS", "PRP$")
    ):
        return True
    return token.lower_ in words("honorific") or token.lower_ in _ARTICLES


def _is_part(token: Token, label: str) -> bool:
    """True of the word before a place that tells which part of it is meant (`north-eastern Queensland`)."""
    return label in ("GPE", "LOC") and token.text.islower() and (token.pos_ == "ADJ" or token.tag_ == "HYPH")


def title_length(span: Span) -> int:
    """The number of tokens at the start of a person's name that are titles (`Foreign Minister George Katrougalos`)."""
    for length in range(min(4, len(span) - 1), 0, -1):
        if span[:length].text.lower() in role_nouns() or span[:length].text.lower() in words("honorific"):
            return length
    return 0


@cache
def _shared() -> frozenset[str]:
    """The nouns for what two parties do together (`talks`, `war`, `relations`)."""
    return frozenset(
        term[-1]
        for trigger in triggers()
        if trigger.pos == "NOUN" and types()[trigger.type].symmetric
        for term in trigger.words
    )


def merge_spans(doc: Doc, from_gazetteer: list[Span], from_model: list[Span]) -> list[Span]:
    """One set of spans without overlap: longer ones first, the knowledge base's before the model's."""
    model_persons = [_person_only(span, from_gazetteer) for span in from_model]
    ranked = sorted(
        [(len(span), 1, span) for span in from_gazetteer]
        + [(len(span), 0, span) for span in model_persons if span is not None],
        key=lambda row: (-row[0], -row[1], row[2].start),
    )
    taken: set[int] = set()
    kept = []
    for _, _, span in ranked:
        tokens = set(range(span.start, span.end))
        if not tokens & taken:
            taken |= tokens
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _person_only(span: Span, from_gazetteer: list[Span]) -> Span | None:
    """A person's name without the country and title that the model took in (`Russian President Vladimir Putin`).

    So is what follows the state or body of an office (`the senator from Vermont Bernie Sanders`), whatever the model
    calls it.
    """
    completes = _completes_office(span)
    if span.label_ != "PERSON" and not completes:
        return span
    start = span.start
    for name in from_gazetteer:
        if name.start <= start < name.end < span.end and (completes or name.label_ in ("Country", "Region")):
            start = name.end
    if span.label_ != "PERSON" and (
        span.end - start in (1, len(span)) or not _may_be_person(span.doc[start : span.end])
    ):
        return span
    rest = Span(span.doc, start, span.end, label="PERSON")
    return Span(span.doc, start + title_length(rest), span.end, label="PERSON")


def _completes_office(span: Span) -> bool:
    """True behind an office and its preposition (`senator from`, `chief executive of`, `president of the`)."""
    before = list(span.doc[max(0, span.start - 4) : span.start])
    if before and before[-1].lower_ == "the":
        before.pop()
    if len(before) < 2 or before[-1].lower_ not in ("of", "from", "for"):
        return False
    office = [token.lower_ for token in before[:-1]]
    return office[-1] in role_nouns() or " ".join(office[-2:]) in role_nouns()


def _may_be_person(rest: Span) -> bool:
    """False of what goes on the name of a body (`the chairman of China Construction Bank`)."""
    return all(token.pos_ == "PROPN" and token.lower_ not in head_nouns() for token in rest)


def type_of(span: Span) -> str:
    """The entity type of a span that the model labelled: by the words that end it, else by the label."""
    label = span.label_
    if label not in MODEL_TYPES:
        return label
    if label == "PERSON" and introduced_by(span):
        label = "ORG"  # nobody's name is introduced with an acronym
    lower = [token.lower_ for token in span]
    allowed = _FOLLOWS_LABEL.get(label, ())
    for start in range(len(lower)):
        types = head_nouns().get(" ".join(lower[start:]), ())
        for type_ in allowed:
            if type_ in types and len(lower) > 1:
                return type_
    return _type_before_of(lower, allowed) or MODEL_TYPES[label]


def _type_before_of(lower: list[str], allowed: tuple[str, ...]) -> str | None:
    """By the noun before `of`, `for`, `on` (`Ministry of Defence`), or any word of the name that heads one."""
    stops = [i for i, word in enumerate(lower) if word in ("of", "for", "on", "in")]
    candidates = [lower[stops[0] - 1]] if stops and stops[0] > 0 else lower
    for word in candidates:
        for type_ in allowed:
            if type_ in head_nouns().get(word, ()):
                return type_
    return None


def is_language(span: Span, gazetteer: Gazetteer) -> bool:
    """True of a demonym alone behind `in` or `into`, which is no state's name (`translated into English`)."""
    token = span.root
    alone = len(span) == 1 and token.dep_ == "pobj" and not list(token.children)
    if not alone or token.head.lower_ not in ("in", "into"):
        return False
    return bool(gazetteer.find(plain(span.text), GAZETTEER_ADJECTIVE))


def agree(mentions: list[Span]) -> list[Span]:
    """The mentions with one type for each name: what most say; of two or three words what the last one alone is.

    The model calls `Gáspár Maróth` an organization and `Maróth` a person: a surname tells who is meant.
    """
    votes: dict[str, Counter[str]] = {}
    for span in mentions:
        votes.setdefault(plain(span.text), Counter())[span.label_] += 1
    best = {text: min(count, key=lambda type_: (-count[type_], type_)) for text, count in votes.items()}
    for text, type_ in best.items():
        surname = text.split(" ")[-1]
        if type_ == "Organization" and 1 < len(text.split(" ")) < 4 and best.get(surname) == "Person":
            best[text] = "Person"
    return [Span(span.doc, span.start, span.end, label=best[plain(span.text)], span_id=span.id_) for span in mentions]


@Language.factory(
    "kg_names", default_config={"entities": None}, requires=["doc.ents", "token.pos"], assigns=["doc.spans"]
)
def make_names(nlp: Language, name: str, entities: str | None) -> "Names":
    """The component that finds names."""
    return Names(gazetteer_with(entities))


class Names:
    """Doc → Doc with the mentions that are names; entities are not told yet."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        register_extensions()
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        from_model = [part for span in model_spans(doc) for part in self._parties(span)]
        spans = merge_spans(doc, list(gazetteer_spans(doc, self.gazetteer)), from_model)
        typed = [Span(doc, span.start, span.end, label=type_of(span)) for span in spans]
        named = [span for span in agree(typed) if not is_language(span, self.gazetteer)]
        set_mentions(doc, [self._to_mention(span) for span in named])
        return doc

    def _parties(self, span: Span) -> list[Span]:
        """The two parties that a hyphen joins before the noun of what they share (`the Trump-Zelensky talks`), else the span."""
        marks = [token.i for token in span[1:-1] if token.text in _HYPHENS]
        if len(marks) != 1 or span.root.head in span or span.root.head.lemma_.lower() not in _shared():
            return [span]
        sides = [span.doc[span.start : marks[0]], span.doc[marks[0] + 1 : span.end]]
        labels = [self._label_of(side) for side in sides]
        if not all(labels):
            return [span]
        return [Span(span.doc, side.start, side.end, label=label) for side, label in zip(sides, labels, strict=True)]

    def _label_of(self, side: Span) -> str:
        """What one side of a hyphen is as the document names it elsewhere, or the knowledge base; empty where neither does."""
        for entity in side.doc.ents:
            if entity.label_ in MODEL_TYPES and entity[-1].text == side.text and entity.root.head != side.root.head:
                return entity.label_
        found = self.gazetteer.find(plain(side.text))
        day = date.fromisoformat(side.doc._.kg_published) if side.doc._.kg_published else None
        if found:
            return found[0].type
        return "PERSON" if self.gazetteer.leaders_called(plain(side.text), day) else ""

    def _to_mention(self, span: Span) -> Span:
        name = plain(span.text)
        adjective = self.gazetteer.find(name, GAZETTEER_ADJECTIVE) and span.root.dep_ in (
            "amod",
            "compound",
            "nmod",
            "poss",
            "acomp",
        )
        return make_mention(span.doc, span.start, span.end, span.label_, "", ADJECTIVE if adjective else NAME)
