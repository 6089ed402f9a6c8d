"""`kg_linking`: tells which entity each name means, in the knowledge base or as a local one.

In order: a short name or acronym means what the document has called in full; else the knowledge base's likeliest entity
of the type that the words around call for; else a local entity of that type and name.
"""

import re
from collections import Counter
from datetime import date
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span

from kg.gazetteer import COMMON, Gazetteer, load_gazetteer
from kg.model import Entity
from kg.nlp.arguments import state_for
from kg.nlp.mentions import get_mentions, local_id, make_mention, name_entity, plain, register_extensions, set_mentions
from kg.ontology import place_types, words

_ACRONYM = re.compile(r"^(?:[A-Z]\.?){2,8}s?$")
_MET, _BESIDE, _NAMED, _TYPE, _IN_OFFICE = 40, 60, 15, 25, 20
"""How much more likely an entity is that the document has named before, whose state stands beside the name or elsewhere
in the document, whose type the model saw, who was in office on the document's date; in steps of rank (0 to 100)."""
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


def longer_name_of(short: Span, earlier: dict[str, tuple[str, str]]) -> str | None:
    """The name of the one organization that a name without an entity of its own begins or ends (`HDT` of `HDT Limited`)."""
    name = plain(short.text)
    longer = {
        id_: full
        for full, (id_, _) in earlier.items()
        if full.startswith(f"{name} ") or full.endswith(f" {name}")
    }
    return next(iter(longer.values())) if len(longer) == 1 else None


def same_person(name: str, earlier: dict[str, list[str]]) -> str | None:
    """The id of the person of whom a name of several words is a fuller or a shorter form (`Robert Gabriel Mugabe`)."""
    ids = {id_ for full, ids in earlier.items() if _is_form_of(name.split(" "), full.split(" ")) for id_ in ids}
    return ids.pop() if len(ids) == 1 else None


def _is_form_of(some: list[str], others: list[str]) -> bool:
    """True of two names with the same first and last word, of which one has all words of the other."""
    ends = (some[0], some[-1]) == (others[0], others[-1])
    return ends and min(len(some), len(others)) > 1 and (set(some) <= set(others) or set(others) <= set(some))


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


def stands_for_state(span: Span) -> bool:
    """True where a place's name is an actor: subject of an active verb that says more than where or what it is, or partner."""
    root = span.root
    if root.dep_ == "conj":
        root = next((other for other in root.conjuncts if other.dep_ != "conj"), root)
    if root.dep_ == "nsubj":
        return root.head.pos_ == "VERB" and root.head.lemma_ not in words("situated")
    return (
        root.dep_ == "pobj"
        and root.head.lower_ in ("with", "between", "against")
        and root.head.dep_ in ("prep", "agent")
    )


class Context(NamedTuple):
    """What a document tells before its names are linked: the states that it names and how often, and its date."""

    countries: Counter[str]
    day: date | None
    met: set[str]


def context_of(doc: Doc, gazetteer: Gazetteer) -> Context:
    """The states that a document names, by their names and demonyms, and its date."""
    found = (gazetteer.find(plain(span.text))[:1] for span in get_mentions(doc))
    countries = Counter(entity.id for entities in found for entity in entities if entity.type == "Country")
    day = date.fromisoformat(doc._.kg_published) if doc._.kg_published else None
    return Context(countries, day, set())


def owner_country(span: Span, gazetteer: Gazetteer) -> str | None:
    """The state named beside a name: its demonym or possessor before it, or the state behind a comma or `of`, `in`."""
    doc = span.doc
    before = [doc[i : span.start] for i in range(max(span.start - 5, span.sent.start), span.start)]
    behind = [doc[span.end + 1 : i] for i in range(min(span.end + 4, len(doc)), span.end + 1, -1)]
    glued = span.end < len(doc) and doc[span.end].lower_ in (",", "of", "in")
    for part in before + (behind if glued else []):
        text = plain(part.text).removesuffix("'s").removesuffix("'").strip()
        for entity in gazetteer.find(text)[:1]:
            if entity.type == "Country":
                return entity.id
    return None


def choose(candidates: list[Entity], span: Span, context: Context, gazetteer: Gazetteer) -> Entity | None:
    """The likeliest candidate: by its rank, the type that the words call for, the state named beside it, the document."""
    person = is_person_here(span)
    fitting = [entity for entity in candidates if (entity.type == "Person") == person]
    if person and not fitting:
        titled = span.start > 0 and span.doc[span.start - 1].lower_ in words("honorific")
        return None if len(span) > 1 or titled or not candidates else candidates[0]
    owner = owner_country(span, gazetteer) if len(candidates) > 1 else None
    ranked = sorted(
        fitting or candidates,
        key=lambda entity: (-_likelihood(entity, span, context, gazetteer, owner), entity.id),
    )
    return ranked[0] if ranked else None


def _likelihood(entity: Entity, span: Span, context: Context, gazetteer: Gazetteer, owner: str | None) -> float:
    """The rank of an entity, raised by what speaks for it here."""
    state = gazetteer.country_of(entity.id)
    country = state.id if state is not None else None
    likelihood = float(gazetteer.rank(entity.id))
    likelihood += _MET * (entity.id in context.met)
    likelihood += _BESIDE * (owner is not None and country == owner and entity.id != owner)
    likelihood += _NAMED * (country is not None and country != entity.id and country in context.countries)
    likelihood += _TYPE * _has_type(entity, span.root.ent_type_)
    if entity.type == "Person" and context.day is not None:
        likelihood += _IN_OFFICE * any(office.covers(context.day) for office in gazetteer.offices_of(entity.id))
    return likelihood


def _has_type(entity: Entity, label: str) -> bool:
    if label in ("GPE", "LOC"):
        return entity.type in place_types()
    return label == "ORG" and entity.type in _ORGANIZATIONS | {"Country"}


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
        bodies: dict[str, tuple[str, str]] = {}
        context = context_of(doc, self.gazetteer)
        linked: dict[int, Span] = {}
        mentions = get_mentions(doc)
        for span in sorted(mentions, key=_full_names_first):
            entity = self._link(span, full_names, acronyms, bodies, context)
            name_entity(doc, entity.id, entity.type, entity.name)
            context.met.add(entity.id)
            linked[span.start] = make_mention(doc, span.start, span.end, entity.type, entity.id, span.id_)
            if entity.type == "Person":
                for name in {plain(span.text), entity.name}:
                    known = full_names.setdefault(name, [])
                    if entity.id not in known:
                        known.append(entity.id)
            elif entity.type in _ORGANIZATIONS and len(span) > 1:
                bodies[plain(span.text)] = (entity.id, entity.type)
            if len(span) > 2 and entity.type in _ORGANIZATIONS:
                acronyms.update(dict.fromkeys(initials(plain(span.text)), (entity.id, entity.type)))
        set_mentions(doc, (self._as_state(span) for span in linked.values()))
        return doc

    def _as_state(self, span: Span) -> Span:
        """The mention of a capital or seat of power that acts (`Moscow warned`) as one of its state; others as they are."""
        state = state_for(span, self.gazetteer) if stands_for_state(span) else None
        return state if state is not None else span

    def _link(
        self,
        span: Span,
        full_names: dict[str, list[str]],
        acronyms: dict[str, tuple[str, str]],
        bodies: dict[str, tuple[str, str]],
        context: Context,
    ) -> Entity:
        name = plain(span.text)
        if span.label_ == "Person" or is_person_here(span):
            id_ = full_name_of(span, full_names)
            if id_:
                return Entity(id_, *span.doc._.kg_entities[id_])
        found = choose(self.gazetteer.find(name) or self._common(name, span, context), span, context, self.gazetteer)
        if found:
            return found
        if _ACRONYM.match(name) and name.replace(".", "") in acronyms:
            id_, type_ = acronyms[name.replace(".", "")]
            return Entity(id_, type_, span.doc._.kg_entities[id_][1])
        type_ = "Person" if is_person_here(span) else span.label_
        known = same_person(name, full_names) if type_ == "Person" else None
        if known is None and type_ != "Person" and (full := longer_name_of(span, bodies)):
            known = bodies[full][0]
        return Entity(known, *span.doc._.kg_entities[known]) if known else Entity(local_id(type_, name), type_, name)

    def _common(self, name: str, span: Span, context: Context) -> list[Entity]:
        """The bodies of that common name (`Parliament`) in the state beside it, or in the one that the document is about."""
        states = [owner_country(span, self.gazetteer), *(id_ for id_, _ in context.countries.most_common(1))]
        for state in filter(None, states):
            shared = self.gazetteer.find(name, COMMON)
            own = [entity for entity in shared if (body := self.gazetteer.country_of(entity.id)) and body.id == state]
            if own:
                return own
        return []


def _full_names_first(span: Span) -> tuple[bool, int]:
    """Longer names first, so that short ones find them wherever they stand."""
    return len(span) == 1, span.start
