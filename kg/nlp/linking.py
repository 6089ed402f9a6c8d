"""`kg_linking`: tells which entity each name means, in the knowledge base or as a local one.

In order: a short name or acronym means what the document has called in full; else the knowledge base's likeliest entity
of the type that the words around call for; else a local entity of that type and name.
"""

import re

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.gazetteer import Gazetteer, load_gazetteer
from kg.model import Entity
from kg.nlp.mentions import get_mentions, local_id, make_mention, name_entity, plain, register_extensions, set_mentions
from kg.ontology import place_types, words

_ACRONYM = re.compile(r"^(?:[A-Z]\.?){2,8}s?$")
_ORGANIZATIONS = frozenset(
    {"Government", "Military", "ArmedGroup", "Party", "Company", "Media", "InternationalOrganization", "Organization"}
)


def full_name_of(short: Span, earlier: dict[str, list[str]]) -> str | None:
    """The id of the person whose full name ends or begins with the short one, if the document has one such person."""
    name = plain(short.text)
    if " " in name:
        return None
    ids = [
        id_
        for full, ids in earlier.items()
        if name in (full.split(" ")[-1], full.split(" ")[0]) and " " in full
        for id_ in ids
    ]
    return ids[0] if len(set(ids)) == 1 else None


def initials(name: str) -> set[str]:
    """The acronyms that a name can have: initials of all words, and of those in capitals only."""
    parts = [part for part in re.split(r"[\s-]+", name) if part]
    return {
        "".join(part[0] for part in parts).upper(),
        "".join(part[0] for part in parts if part[0].isupper()),
    }


def is_person_here(span: Span) -> bool:
    """True where the words around make a name a person's: a title before it, or the model's label."""
    before = span.doc[span.start - 1] if span.start > 0 else None
    if before is not None and before.lower_ in words("honorific"):
        return True
    return span.root.ent_type_ == "PERSON"


def choose(candidates: list[Entity], span: Span, met: set[str]) -> Entity | None:
    """The candidate of the type that the words call for; among several, one that the document has named before."""
    if not candidates:
        return None
    person = is_person_here(span)
    fitting = [entity for entity in candidates if (entity.type == "Person") == person]
    if person and not fitting:
        return None if len(span) > 1 or span.doc[span.start - 1].lower_ in words("honorific") else candidates[0]
    if not fitting:
        fitting = candidates
    if span.root.ent_type_ in ("GPE", "LOC"):
        fitting = [entity for entity in fitting if entity.type in place_types()] or fitting
    elif span.root.ent_type_ == "ORG":
        fitting = [entity for entity in fitting if entity.type in _ORGANIZATIONS | {"Country"}] or fitting
    return next((entity for entity in fitting if entity.id in met), fitting[0])


@Language.factory("kg_linking", requires=["doc.spans"], assigns=["doc.spans"])
def make_linking(nlp: Language, name: str) -> "Linking":
    """The component that tells which entity a name means."""
    return Linking(load_gazetteer())


class Linking:
    """Doc → Doc in which each name carries the id of its entity."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        register_extensions()
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        doc._.kg_entities = {}
        full_names: dict[str, list[str]] = {}
        acronyms: dict[str, tuple[str, str]] = {}
        met: set[str] = set()
        linked: dict[int, Span] = {}
        mentions = get_mentions(doc)
        for span in sorted(mentions, key=_full_names_first):
            entity = self._link(span, full_names, acronyms, met)
            name_entity(doc, entity.id, entity.type, entity.name)
            met.add(entity.id)
            linked[span.start] = make_mention(doc, span.start, span.end, entity.type, entity.id, span.id_)
            if entity.type == "Person":
                for name in {plain(span.text), entity.name}:
                    known = full_names.setdefault(name, [])
                    if entity.id not in known:
                        known.append(entity.id)
            elif len(span) > 2 and entity.type in _ORGANIZATIONS:
                acronyms.update(dict.fromkeys(initials(plain(span.text)), (entity.id, entity.type)))
        set_mentions(doc, linked.values())
        return doc

    def _link(
        self, span: Span, full_names: dict[str, list[str]], acronyms: dict[str, tuple[str, str]], met: set[str]
    ) -> Entity:
        name = plain(span.text)
        if span.label_ == "Person" or is_person_here(span):
            id_ = full_name_of(span, full_names)
            if id_:
                return Entity(id_, *span.doc._.kg_entities[id_])
        found = choose(self.gazetteer.find(name), span, met)
        if found:
            return found
        if _ACRONYM.match(name) and name.replace(".", "") in acronyms:
            id_, type_ = acronyms[name.replace(".", "")]
            return Entity(id_, type_, span.doc._.kg_entities[id_][1])
        type_ = "Person" if is_person_here(span) else span.label_
        return Entity(local_id(type_, name), type_, name)


def _full_names_first(span: Span) -> tuple[bool, int]:
    """Longer names first, so that short ones find them wherever they stand."""
    return len(span) == 1, span.start
