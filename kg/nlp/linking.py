"""`kg_linking`: tells which entity each name means, in the knowledge base or as a local one.

In order: a short name or acronym means what the document has called in full; else the knowledge base's likeliest entity
of the type that the words around call for; else a local entity of that type and name.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from kg.gazetteer import COMMON, Gazetteer
from kg.model import Entity, local_id
from kg.nlp.acronyms import ACRONYM, initials, introduced_by
from kg.nlp.arguments import state_for
from kg.nlp.descriptions import head_types
from kg.nlp.grammar import apposed_to
from kg.nlp.mentions import get_mentions, make_mention, name_entity, plain, register_extensions, set_mentions
from kg.nlp.roles import OFFICES
from kg.nlp.triggers import lexicon
from kg.ontology import place_types, role_nouns, types, words
from kg.own_entities import gazetteer_with

_MET, _BESIDE, _NAMED, _TYPE, _IN_OFFICE = 40, 60, 15, 25, 20
"""How much more likely an entity is that the document has named before, whose state stands beside the name or elsewhere
in the document, whose type the model saw, who was in office on the document's date; in steps of rank (0 to 100)."""
_LONG_ENOUGH = 5
"""Letters of a surname from which on a misspelling is told from another name."""
_TO_SOMEBODY = frozenset({"ACCUSE", "REQUEST", "THREATEN", "REJECT", "SUPPORT", "SANCTION", "AGREE", "CONCEDE"})
_ORGANIZATIONS = frozenset(
    {"Government", "Military", "ArmedGroup", "Party", "Company", "Media", "InternationalOrganization", "Organization"}
)


def full_name_of(short: Span, earlier: dict[str, list[str]]) -> str | None:
    """The id of the person whose full name ends or begins with the short one: of several the one named most often in full."""
    name = plain(short.text)
    if " " in name:
        return None
    full_names = [full for full in earlier if " " in full]
    exact = [full for full in full_names if name in (full.split(" ")[0], full.split(" ")[-1])]
    times: Counter[str] = Counter()
    for full in exact or [full for full in full_names if is_variant(name, full.split(" ")[-1])]:
        times |= Counter(earlier[full])  # a mention may stand under two names of its person: the greater number counts
    return times.most_common(1)[0][0] if times else None


def without_middle_names(name: str) -> str:
    """The first and the last word of a name of three or more (`Robert Gabriel Mugabe`), else nothing."""
    parts = name.split(" ")
    return f"{parts[0]} {parts[-1]}" if len(parts) > 2 else ""


def is_variant(some: str, other: str) -> bool:
    """True of two spellings of one name: words of some length that one letter, or two in the wrong order, sets apart.

    >>> is_variant("Saree", "Sarea"), is_variant("Chriac", "Chirac"), is_variant("Iran", "Iraq")
    (True, True, False)
    """
    if some == other or min(len(some), len(other)) < _LONG_ENOUGH or some[0] != other[0]:
        return False
    shared = next((i for i, (a, b) in enumerate(zip(some, other, strict=False)) if a != b), min(len(some), len(other)))
    a, b = some[shared:], other[shared:]
    swapped = a[:2] == b[1::-1] and a[2:] == b[2:] and len(a) > 1
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def longer_name_of(short: Span, earlier: dict[str, str]) -> str | None:
    """The id of the one organization whose name begins or ends with a shorter one (`HDT` of `HDT Limited`)."""
    name = plain(short.text)
    ids = {id_ for full, id_ in earlier.items() if full.startswith(f"{name} ") or full.endswith(f" {name}")}
    return ids.pop() if len(ids) == 1 else None


def without_legal_form(name: str) -> str:
    """The name of a company without the words for its legal form at the end.

    >>> without_legal_form("Fiat Group SpA"), without_legal_form("Group")
    ('Fiat', 'Group')
    """
    parts = name.split(" ")
    while len(parts) > 1 and parts[-1].lower().strip(".,") in words("legal-form"):
        parts.pop()
    return " ".join(parts).rstrip(",")


def same_person(name: str, earlier: dict[str, list[str]]) -> str | None:
    """The id of the person of whom a name of several words is a fuller or a shorter form (`Robert Gabriel Mugabe`)."""
    ids = {id_ for full, ids in earlier.items() if _is_form_of(name.split(" "), full.split(" ")) for id_ in ids}
    return ids.pop() if len(ids) == 1 else None


def _is_form_of(some: list[str], others: list[str]) -> bool:
    """True of two names with the same first and last word, of which one has all words of the other."""
    ends = (some[0], some[-1]) == (others[0], others[-1])
    return ends and min(len(some), len(others)) > 1 and (set(some) <= set(others) or set(others) <= set(some))


def is_person_here(span: Span) -> bool:
    """True where the words around make a name a person's: a title before it, or the model's label."""
    return is_titled(span) or span.root.ent_type_ == "PERSON"


def is_titled(span: Span) -> bool:
    """True of a name behind a title, and of the apposition of a noun for a person (`the spokesperson, Morgan Ortagus`)."""
    if has_title(span):
        return True
    noun = apposed_to(span.root)
    return noun != span.root and noun.tag_ == "NN" and "Person" in head_types(noun) and len(span) > 1


def has_title(span: Span) -> bool:
    """True behind a word of address or the capital letter of an office (`Sheikh Hasina`, `General Trujillo`)."""
    if span.start == 0:
        return False
    before = span.doc[span.start - 1]
    if before.lower_ in words("honorific"):
        return True
    return before.pos_ == "PROPN" and bool(OFFICES.intersection(role_nouns().get(before.lower_, ())))


def stands_for_state(span: Span) -> bool:
    """True where a place's name is an actor: subject of an active verb that says more than where or what it is, or partner.

    So is who owns a matter of state (`Beijing's claims`), at whom such a matter is directed (`aid to Kyiv`), and who is
    addressed (`accused Moscow`, `Tehran was urged`).
    """
    root = span.root
    if root.dep_ == "conj":
        root = next((other for other in root.conjuncts if other.dep_ != "conj"), root)
    if root.dep_ == "nsubj":
        return root.head.pos_ == "VERB" and root.head.lemma_ not in words("situated")
    if root.dep_ == "poss":
        return _is_matter_of_state(root.head)
    if root.dep_ == "dative":
        return True
    if root.dep_ in ("dobj", "nsubjpass"):
        return _addresses(root.head) or _makes_do(root.head)
    if root.dep_ != "pobj" or root.head.dep_ not in ("prep", "agent", "dative"):
        return False
    preposition, governor = root.head.lower_, root.head.head
    if preposition == "by" and governor.pos_ == "NOUN":
        return _is_matter_of_state(governor)
    directed = preposition in ("to", "for", "on", "from", "by")
    return preposition in ("with", "between", "against") or (
        directed and governor.lemma_.lower() in words("directed-at-states")
    )


def _is_matter_of_state(noun: Token) -> bool:
    """True of a noun for what a state has or does (`policy`, `signing`), which a town has not."""
    return noun.lemma_.lower() in words("matter-of-state") or (noun.text.endswith("ing") and not head_types(noun))


def _makes_do(verb: Token) -> bool:
    """True of a verb whose object is to do something (`persuaded Tehran to stop`, `Damascus was forced to withdraw`)."""
    return verb.lemma_.lower() in words("makes-do") and any(child.dep_ == "xcomp" for child in verb.children)


def _addresses(verb: Token) -> bool:
    """True of a verb that, whatever it tells, tells something that is said or done to somebody, not to a place."""
    told = [types()[trigger.type] for _, trigger in lexicon().get(("VERB", verb.lemma_.lower()), ())]
    return bool(told) and all(type_.plover in _TO_SOMEBODY and not type_.physical for type_ in told)


class Context(NamedTuple):
    """What a document tells before its names are linked: the states that it names and how often, its date, its names."""

    countries: Counter[str]
    day: date | None
    met: set[str]
    names: frozenset[str] = frozenset()


def context_of(doc: Doc, gazetteer: Gazetteer) -> Context:
    """The states that a document names, by their names and demonyms, and its date."""
    found = (gazetteer.find(plain(span.text))[:1] for span in get_mentions(doc))
    countries = Counter(entity.id for entities in found for entity in entities if entity.type == "Country")
    day = date.fromisoformat(doc._.kg_published) if doc._.kg_published else None
    return Context(countries, day, set(), frozenset(plain(span.text) for span in get_mentions(doc)))


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


_GREATER = {"Region": 1, "Country": 2}
"""Which types of places lie in which: those with a smaller number in those with a greater."""


def wholes_behind(span: Span, gazetteer: Gazetteer) -> list[Entity]:
    """The regions and states that the name behind a comma can mean (`Cambridge, Massachusetts`), where no list goes on."""
    doc = span.doc
    if span.end >= len(doc) or doc[span.end].text != ",":
        return []
    for end in range(min(span.end + 5, len(doc)), span.end + 1, -1):
        found = gazetteer.find(plain(doc[span.end + 1 : end].text))
        if found:
            goes_on = end < len(doc) and doc[end].lower_ in ("and", "or")
            return [] if goes_on else [entity for entity in found if entity.type in _GREATER]
    return []


def may_lie_in(entity: Entity, whole: Entity, gazetteer: Gazetteer) -> bool:
    """False of a place of which the base knows that it lies elsewhere."""
    state, other = gazetteer.country_of(entity.id), gazetteer.country_of(whole.id)
    if state is not None and other is not None and state.id != other.id:
        return False
    regions = {id_ for id_ in gazetteer.parents.get(entity.id, ()) if gazetteer.entities[id_].type == "Region"}
    return whole.type == "Country" or not regions or whole.id in regions


def fits_place(entity: Entity, wholes: list[Entity], gazetteer: Gazetteer) -> bool:
    """False of a place that lies in none of the greater ones that may stand behind its name."""
    greater = [whole for whole in wholes if _GREATER.get(entity.type, 0) < _GREATER[whole.type]]
    if len(greater) < len(wholes) or not wholes or entity.type not in place_types():
        return True
    return any(may_lie_in(entity, whole, gazetteer) for whole in wholes)


class Candidate(NamedTuple):
    """An entity that a name may mean, with its points and the points that each clue gives."""

    entity: Entity
    points: int
    clues: dict[str, int]


def weigh(entities: list[Entity], span: Span, context: Context, gazetteer: Gazetteer) -> list[Candidate]:
    """The entities with all that speaks for each of them here, likeliest first."""
    owner = owner_country(span, gazetteer) if len(entities) > 1 else None
    weighed = []
    for entity in entities:
        clues = {clue: points for clue, points in _clues(entity, span, context, gazetteer, owner) if points}
        weighed.append(Candidate(entity, sum(clues.values()), clues))
    return sorted(weighed, key=lambda candidate: (-candidate.points, candidate.entity.id))


def _clues(
    entity: Entity, span: Span, context: Context, gazetteer: Gazetteer, owner: str | None
) -> Iterator[tuple[str, int]]:
    """What may speak for an entity, each with its points, 0 where it does not."""
    state = gazetteer.country_of(entity.id)
    country = state.id if state is not None and state.id != entity.id else None
    yield "how well known it is", gazetteer.rank(entity.id)
    yield "named elsewhere in the text", _MET * (entity.id in context.met)
    yield "its state stands beside the name", _BESIDE * (owner is not None and country == owner)
    yield "its state is named in the text", _NAMED * (country is not None and country in context.countries)
    yield f"reads like {span.root.ent_type_}", _TYPE * _has_type(entity, span.root.ent_type_)
    if entity.type == "Person" and context.day is not None:
        in_office = any(office.covers(context.day) for office in gazetteer.offices_of(entity.id))
        yield f"in office on {context.day}", _IN_OFFICE * in_office


def _has_type(entity: Entity, label: str) -> bool:
    if label in ("GPE", "LOC"):
        return entity.type in place_types()
    return label == "ORG" and entity.type in _ORGANIZATIONS | {"Country"}


def choose(candidates: list[Candidate], span: Span) -> Entity | None:
    """The likeliest candidate that is a person where the words call for one; none that is not where a title calls for one."""
    person = is_person_here(span)
    fitting = [candidate.entity for candidate in candidates if (candidate.entity.type == "Person") == person]
    if person and not fitting and has_title(span):
        return None
    found = fitting or [candidate.entity for candidate in candidates]
    return found[0] if found else None


KNOWN = "the knowledge base has that name"
SHARED = "many have that name: it is the one of the state that the text is about"
SHORT = "short for a person whom the text names in full"
MIDDLE = "the text has that name without its middle names too"
LEADER = "the surname of one leader: of a state that the text names, or in office then"
INITIALS = "the initials of a name in the text"
FORM = "a shorter or fuller form of a name in the text"
LOCAL = "the knowledge base lacks it: the id is made from type and name"

APART = "many have that name: the id is made from type, name and the state that the text is about"


class Link(NamedTuple):
    """What a name means, how that was found, and what the knowledge base has under the name, likeliest first."""

    entity: Entity
    how: str
    candidates: list[Candidate]


@Language.factory("kg_linking", default_config={"entities": None}, requires=["doc.spans"], assigns=["doc.spans"])
def make_linking(nlp: Language, name: str, entities: str | None) -> "Linking":
    """The component that tells which entity a name means."""
    return Linking(gazetteer_with(entities))


class Called(NamedTuple):
    """What a document has called in full: persons by name, organizations by name and by the acronyms that fit, what
    it gives an acronym in brackets by that."""

    persons: dict[str, list[str]]
    bodies: dict[str, str]
    acronyms: dict[str, str]
    introduced: dict[str, str]


class Linking:
    """Doc → Doc in which each name carries the id of its entity."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        register_extensions()
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        linked: dict[int, Span] = {}
        for span, link in self.links(doc):
            linked[span.start] = make_mention(doc, span.start, span.end, link.entity.type, link.entity.id, span.id_)
        set_mentions(doc, (self._as_state(span) for span in linked.values()))
        return doc

    def links(self, doc: Doc) -> Iterator[tuple[Span, Link]]:
        """Each name of a document with what it means and why, longer names first."""
        doc._.kg_entities = {}
        called = Called({}, {}, {}, {})
        context = context_of(doc, self.gazetteer)
        for span in sorted(get_mentions(doc), key=_full_names_first):
            link = self._link(span, called, context)
            entity = link.entity
            name_entity(doc, entity.id, entity.type, entity.name)
            context.met.add(entity.id)
            if entity.type == "Person":
                for name in {plain(span.text), entity.name}:
                    called.persons.setdefault(name, []).append(entity.id)
            elif entity.type in _ORGANIZATIONS and len(span) > 1:
                called.bodies[plain(span.text)] = entity.id
                if len(span) > 2:
                    called.acronyms.update(dict.fromkeys(initials(plain(span.text)), entity.id))
            if short := introduced_by(span):
                called.introduced[short] = entity.id
            yield span, link

    def _as_state(self, span: Span) -> Span:
        """The mention of a capital or seat of power that acts (`Moscow warned`) as one of its state; others as they are."""
        state = state_for(span, self.gazetteer) if stands_for_state(span) else None
        return state if state is not None else span

    def _link(self, span: Span, called: Called, context: Context) -> Link:
        name = plain(span.text)
        entities = span.doc._.kg_entities
        acronym = name.replace(".", "") if ACRONYM.match(name) else ""
        if id_ := called.introduced.get(acronym):
            return Link(Entity(id_, *entities[id_]), INITIALS, [])
        named = [entity for entity in self._known(span, name) if not self._is_elsewhere(entity, name, span, context)]
        person = span.label_ == "Person" or is_person_here(span) or not named
        if person and (id_ := full_name_of(span, called.persons)):
            return Link(Entity(id_, *entities[id_]), SHORT, [])
        found = named or self._common(name, span, context)
        candidates = weigh(found, span, context, self.gazetteer)
        chosen = choose(candidates, span)
        if chosen:
            return Link(chosen, KNOWN if named else SHARED, candidates)
        if id_ := called.acronyms.get(acronym):
            return Link(Entity(id_, *entities[id_]), INITIALS, candidates)
        return self._form_of(span, name, called, context, candidates)

    def _form_of(self, span: Span, name: str, called: Called, context: Context, candidates: list[Candidate]) -> Link:
        """What a name that nothing else tells is another form of, else a local entity."""
        type_ = "Person" if is_titled(span) else span.label_
        short = without_middle_names(name)
        if type_ == "Person" and short in context.names:
            people = [entity for entity in self.gazetteer.find(short) if entity.type == "Person"]
            same = people[0] if people else Entity(local_id(type_, short), type_, short)
            return Link(same, MIDDLE, candidates)
        if type_ == "Person" and " " not in name and (leader := self._statesman(name, context)):
            return Link(leader, LEADER, candidates)
        id_ = same_person(name, called.persons) if type_ == "Person" else longer_name_of(span, called.bodies)
        if id_:
            return Link(Entity(id_, *span.doc._.kg_entities[id_]), FORM, candidates)
        state = self._state_of(span, name, context)
        if state is not None:
            return Link(Entity(local_id(type_, f"{name} {state.name}"), type_, f"{name} ({state.name})"), APART, [])
        return Link(Entity(local_id(type_, name), type_, name), LOCAL, candidates)

    def _state_of(self, span: Span, name: str, context: Context) -> Entity | None:
        """Of a name that bodies of many states have (`Parliament`) the state beside it, else the one the text is about."""
        shared = name in self.gazetteer.bodies or self.gazetteer.find(name, COMMON)
        if span.label_ not in _ORGANIZATIONS or not shared:
            return None
        about = [id_ for id_, _ in context.countries.most_common(1)]
        state = owner_country(span, self.gazetteer) or next(iter(about), None)
        return self.gazetteer.entities[state] if state else None

    def _is_elsewhere(self, entity: Entity, name: str, span: Span, context: Context) -> bool:
        """True of a body with a name that those of many states have (`Ministry of Defence`), where the text is about others."""
        state = self.gazetteer.country_of(entity.id)
        if state is None or name not in self.gazetteer.bodies:
            return False
        owner = owner_country(span, self.gazetteer)
        return owner != state.id if owner else bool(context.countries) and state.id not in context.countries

    def _known(self, span: Span, name: str) -> list[Entity]:
        """What the knowledge base has under a name, without the legal form of a company too, or under the acronym behind it."""
        wholes = wholes_behind(span, self.gazetteer)
        named = [entity for entity in self.gazetteer.find(name) if fits_place(entity, wholes, self.gazetteer)]
        if named or self.gazetteer.find(name):
            return named
        companies = [one for one in self.gazetteer.find(without_legal_form(name)) if one.type == "Company"]
        short = introduced_by(span)
        return (
            companies
            or [one for one in self.gazetteer.find(short or "") if one.type in _ORGANIZATIONS]
            or self.gazetteer.find_spelled(name)
            or self._of_state(name)
        )

    def _of_state(self, name: str) -> list[Entity]:
        """The bodies that have a name without the state before it (`the U.S. Libertarian Party`), of that state."""
        parts = name.split(" ")
        for length in range(min(2, len(parts) - 1), 0, -1):
            state = next((one for one in self.gazetteer.find(" ".join(parts[:length])) if one.type == "Country"), None)
            if state is not None:
                rest = " ".join(parts[length:])
                named = self.gazetteer.find(rest) + self.gazetteer.find(rest, COMMON)
                return [
                    one for one in named if one.type in _ORGANIZATIONS and self.gazetteer.country_of(one.id) == state
                ]
        return []

    def _statesman(self, name: str, context: Context) -> Entity | None:
        """The one leader, present or past, of a state that the text names who has that surname; else the one in office."""
        named = {
            office.person
            for office in self.gazetteer.leading_terms.get(name, ())
            if (state := self.gazetteer.country_of(office.person)) is not None and state.id in context.countries
        }
        known = [self.gazetteer.entities[id_] for id_ in named] or self.gazetteer.leaders_called(name, context.day)
        return known[0] if len(known) == 1 else None

    def _common(self, name: str, span: Span, context: Context) -> list[Entity]:
        """The bodies of that common name (`Parliament`) in the state beside it, or in the one that the document is about."""
        states = [owner_country(span, self.gazetteer), *(id_ for id_, _ in context.countries.most_common(1))]
        shared = self.gazetteer.find(name, COMMON)
        for state in filter(None, states):
            own = [entity for entity in shared if (body := self.gazetteer.country_of(entity.id)) and body.id == state]
            if not own and (id_ := self.gazetteer.bodies.get(name, {}).get(state)):
                own = [self.gazetteer.entities[id_]]
            if own:
                return own
        return []


def _full_names_first(span: Span) -> tuple[bool, int]:
    """Longer names first, so that short ones find them wherever they stand."""
    return len(span) == 1, span.start
