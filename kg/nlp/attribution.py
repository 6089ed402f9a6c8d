"""`kg_attribution`: who says what a sentence says, and who `I` and `we` are in a quotation.

Speakers come from the verb of speech above a clause, from `according to X` and `citing X`, and for the sentences of a
quotation from the verb of speech beside it.
"""

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.nlp.arguments import Index, index_mentions, mentions_of
from kg.nlp.grammar import OBJECT, children, is_verb, prepositional, subjects
from kg.nlp.mentions import PRONOUN, get_mentions, make_mention, register_extensions, set_mentions
from kg.ontology import words

_QUOTATION = re.compile(
    r"“[^”]{3,}”|\"[^\"\n]{3,}\"|(?<![\w])[‘'](?=[A-Z ])[^’'\n]*(?:(?:\w['’]\w|s['’] )[^’'\n]*)*[’'](?!\w)"
)
_FIRST_PERSON = frozenset({"i", "me", "my", "we", "us", "our"})


def is_speech(token: Token) -> bool:
    """True of a verb of speech."""
    return is_verb(token) and token.lemma_.lower() in words("speech")


def find_quotations(doc: Doc) -> Iterator[Span]:
    """The quotations of at least three words, in the order of the text."""
    for match in _QUOTATION.finditer(doc.text):
        span = doc.char_span(match.start(), match.end(), alignment_mode="contract")
        if span is not None and len(span) > 4:
            yield span


def speech_verb_of(quotation: Span) -> Token | None:
    """The verb of speech that introduces or follows a quotation: outside it, in the sentences of its ends."""
    doc = quotation.doc
    first, last = doc[quotation.start].sent, doc[quotation.end - 1].sent
    after = [doc[i] for i in range(quotation.end, last.end)]
    if len(after) <= 3 and last.end < len(doc):
        after += list(doc[last.end].sent)[:8] if doc[last.end].is_lower else []
    before = [doc[i] for i in range(quotation.start - 1, first.start - 1, -1)]
    for tokens in (after[:12], before, after):
        found = next((token for token in tokens if is_speech(token) and subjects(token)), None)
        if found is not None:
            return found
    return None


@Language.factory("kg_attribution", requires=["doc.spans", "token.dep"], assigns=["doc._.kg_speakers", "doc.spans"])
def make_attribution(nlp: Language, name: str) -> "Attribution":
    """The component that finds who speaks in quotations."""
    return Attribution()


class Attribution:
    """Doc → Doc with `kg_speakers`: for each token inside a quotation the number of the mention that speaks."""

    def __init__(self) -> None:
        register_extensions()

    def __call__(self, doc: Doc) -> Doc:
        spoken = list(self._spoken(doc))
        mentions = get_mentions(doc)
        for quotation, speaker in spoken:
            for token in quotation:
                if token.lower_ in _FIRST_PERSON and token.pos_ == "PRON":
                    mentions.append(make_mention(doc, token.i, token.i + 1, speaker.label_, speaker.kb_id_, PRONOUN))
        set_mentions(doc, mentions)
        numbers = {(span.start, span.end, span.kb_id_): number for number, span in enumerate(get_mentions(doc))}
        doc._.kg_speakers = {
            token.i: numbers[speaker.start, speaker.end, speaker.kb_id_]
            for quotation, speaker in spoken
            for token in quotation
        }
        return doc

    def _spoken(self, doc: Doc) -> Iterator[tuple[Span, Span]]:
        """Quotations with the mention of their speaker; a quotation without one goes on where the last one ended."""
        index = index_mentions(doc)
        last: Span | None = None
        last_end = -1
        for quotation in find_quotations(doc):
            verb = speech_verb_of(quotation)
            speaker = next(iter(mentions_of(subjects(verb), index)), None) if verb is not None else None
            if speaker is None and verb is None and last is not None and quotation.start - last_end < 40:
                speaker = last
            if speaker is not None:
                yield quotation, speaker
                last, last_end = speaker, quotation.end


def speakers(trigger: Token, index: Index) -> list[Span]:
    """Who says what the clause of a token says, nearest first, each once; empty where it is the writer."""
    found = list(_above(trigger, index))
    number = trigger.doc._.kg_speakers.get(trigger.i)
    if number is not None:
        found.append(get_mentions(trigger.doc)[number])
    found += _sources(trigger.sent, index)
    nearest: dict[str, Span] = {}
    for span in found:
        nearest.setdefault(span.kb_id_, span)
    return list(nearest.values())


def _above(token: Token, index: Index) -> Iterator[Span]:
    """The speakers of the verbs of speech whose complement the token stands in."""
    for ancestor in [token, *token.ancestors]:
        if ancestor.dep_ == "ccomp" and is_speech(ancestor.head):
            yield from mentions_of(subjects(ancestor.head), index)


def _sources(sentence: Span, index: Index) -> Iterator[Span]:
    """The nouns of `according to X` and `citing X` in a sentence."""
    for token in sentence:
        if token.lower_ == "according":
            yield from mentions_of(prepositional(token, "to"), index)
        elif token.lemma_ in words("citing") and token.dep_ in ("advcl", "prep", "acl"):
            yield from mentions_of(children(token, OBJECT), index)
