"""The vocabulary: `ontology/*.ttl` read into types, triggers and word classes; and the only maker of IRIs.

>>> types()["Meet"].plover, types()["Meet"].symmetric
('CONSULT', True)
>>> iri("wd:Q7747")
rdflib.term.URIRef('http://www.wikidata.org/entity/Q7747')
>>> curie("http://www.wikidata.org/entity/Q7747")
'wd:Q7747'
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SKOS
from rdflib.term import Node

from kg.errors import VocabularyError
from kg.resources import resource

BASE = "https://w3id.org/geokg/"
KG = Namespace(BASE + "ontology#")
ONTOLOGY = URIRef(BASE + "ontology")
CLASS = Namespace(BASE + "class/")
PLOVER = Namespace(BASE + "plover/")
CAMEO = Namespace(BASE + "cameo/")
NIF = Namespace("http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#")
ITSRDF = Namespace("http://www.w3.org/2005/11/its/rdf#")
SCHEMA = Namespace("http://schema.org/")
EDTF = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
NAMESPACES: dict[str, str] = {
    "kg": str(KG),
    "kge": BASE + "entity/",
    "doc": BASE + "doc/",
    "g": BASE + "g/",
    "s": BASE + "s/",
    "run": BASE + "run/",
    "agent": BASE + "agent/",
    "plover": str(PLOVER),
    "cameo": str(CAMEO),
    "wd": "http://www.wikidata.org/entity/",
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": str(SKOS),
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "nif": str(NIF),
    "itsrdf": str(ITSRDF),
    "schema": str(SCHEMA),
    "edtf": "http://id.loc.gov/datatypes/edtf/",
}
"""The prefixes of every query and every Turtle file that kg writes."""

EVENT, RELATION = "event", "relation"
MODALITIES = ("asserted", "planned", "possible", "denied")


class Type(NamedTuple):
    """A type of statement; `cameo`, `plover` and `quad` are None where the schemes have nothing like it.

    `subjects` and `objects` are the entity types that a relation can join; both are empty for events.
    """

    name: str
    kind: str
    iri: URIRef
    label: str
    verb: str
    shortcut: URIRef
    symmetric: bool
    physical: bool
    of_state: bool
    alone: bool
    subjects: frozenset[str]
    objects: frozenset[str]
    plover: str | None
    quad: int | None
    cameo: str | None
    meaning: str
    example: str


class Trigger(NamedTuple):
    """Words that evoke a type, with the positions of its arguments in order of preference."""

    type: str
    pos: str
    words: tuple[tuple[str, ...], ...]
    actor: tuple[str, ...]
    recipient: tuple[str, ...]
    about: frozenset[str] | None
    mode: str | None
    prior: float
    needs_recipient: bool
    clausal: bool


def iri(curie: str) -> URIRef:
    """The IRI of a CURIE; KeyError where its prefix is not one of `NAMESPACES`."""
    prefix, _, local = curie.partition(":")
    return URIRef(NAMESPACES[prefix] + quote(local, safe="-._~!$&'()*+,;=:@"))


@lru_cache(maxsize=50_000)
def curie(iri: str) -> str:
    """The CURIE of an IRI in `NAMESPACES`, or the IRI itself."""
    for prefix, namespace in NAMESPACES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{unquote(iri[len(namespace) :])}"
    return iri


@cache
def load_graph(*names: str) -> Graph:
    """The triples of the named files of `ontology/`; VocabularyError where one is malformed."""
    graph = Graph()
    for name in names:
        path = resource("ontology", name)
        try:
            graph.parse(path, format="ox-turtle")
        except SyntaxError as error:
            raise VocabularyError(f"{path} is not valid Turtle: {error}; mend the line or install kg again") from error
    return graph


def _text(graph: Graph, node: Node, predicate: URIRef) -> str:
    return str(graph.value(node, predicate) or "")


def _local(node: Node | None, namespace: str) -> str | None:
    return str(node)[len(namespace) :] if node is not None and str(node).startswith(namespace) else None


@cache
def types() -> dict[str, Type]:
    """All types of statements by name, in alphabetical order."""
    graph = load_graph("kg.ttl", "plover.ttl")
    found = {}
    for node, shortcut in sorted(graph.subject_objects(KG.shortcut)):
        if not isinstance(node, URIRef) or not isinstance(shortcut, URIRef):
            raise VocabularyError(
                f"kg.ttl gives kg:shortcut to {node!r}, which has no IRI: name the class and the property"
            )
        parents = list(graph.objects(node, RDFS.subClassOf))
        plover = next((parent for parent in parents if str(parent).startswith(str(PLOVER))), None)
        quad = graph.value(plover, KG.quad) if plover else None
        name = _text(graph, node, SKOS.notation)
        found[name] = Type(
            name=name,
            kind=RELATION if KG.Relation in parents else EVENT,
            iri=node,
            label=_text(graph, node, RDFS.label),
            verb=_text(graph, shortcut, RDFS.label),
            shortcut=shortcut,
            symmetric=(node, KG.symmetric, Literal(True)) in graph,
            physical=(node, KG.physical, Literal(True)) in graph,
            of_state=(node, KG.ofState, Literal(True)) in graph,
            alone=(node, KG.alone, Literal(True)) in graph,
            subjects=frozenset(str(type_)[len(KG) :] for type_ in graph.objects(node, KG.subjectType)),
            objects=frozenset(str(type_)[len(KG) :] for type_ in graph.objects(node, KG.objectType)),
            plover=_local(plover, str(PLOVER)),
            quad=int(str(quad)) if quad is not None else None,
            cameo=_local(graph.value(node, SKOS.closeMatch), NAMESPACES["cameo"]),
            meaning=_text(graph, node, SKOS.definition),
            example=_text(graph, node, SKOS.example),
        )
    return found


@cache
def type_names() -> dict[URIRef, str]:
    """The name of the type by its IRI."""
    return {found.iri: name for name, found in types().items()}


@cache
def entity_types() -> dict[str, URIRef]:
    """The classes of entities by name (`Person`, `Country`, …)."""
    graph = load_graph("kg.ttl", "plover.ttl")
    classes = (node for node in graph.subjects(RDFS.subClassOf, KG.Entity) if isinstance(node, URIRef))
    return {str(node)[len(KG) :]: node for node in sorted(classes)}


def has_parent(entity_type: str, parent: URIRef) -> bool:
    """True where the class of entities is a subclass of `parent`, as `sem:Actor` or `sem:Place`."""
    return (KG[entity_type], RDFS.subClassOf, parent) in load_graph("kg.ttl", "plover.ttl")


_SEM = Namespace("http://semanticweb.cs.vu.nl/2009/11/sem/")


@cache
def actor_types() -> frozenset[str]:
    """The entity types that can act."""
    return frozenset(name for name in entity_types() if has_parent(name, _SEM.Actor))


@cache
def place_types() -> frozenset[str]:
    """The entity types that can be a place."""
    return frozenset(name for name in entity_types() if has_parent(name, _SEM.Place))


@cache
def words(name: str) -> frozenset[str]:
    """The words of a class of `lexicon.ttl`, as `words("speech")`."""
    found = frozenset(
        str(word)
        for predicate in (KG.noun, KG.verb)
        for word in load_graph("lexicon.ttl").objects(CLASS[name], predicate)
    )
    if not found:
        raise VocabularyError(f"lexicon.ttl has no words for class:{name}")
    return found


@cache
def head_nouns() -> dict[str, tuple[str, ...]]:
    """The entity types that a noun can head, by the noun, in alphabetical order: those of the lexicon, and persons."""
    found: dict[str, tuple[str, ...]] = {}
    graphs = (load_graph("lexicon.ttl"), load_graph("persons.ttl"))
    for node, noun in sorted(pair for graph in graphs for pair in graph.subject_objects(KG.headNoun)):
        found[str(noun)] = (*found.get(str(noun), ()), str(node)[len(KG) :])
    return found


@cache
def role_nouns() -> dict[str, tuple[str, ...]]:
    """The relations that a noun of office, kinship or belonging can state, by the noun, in alphabetical order."""
    graph = load_graph("lexicon.ttl")
    found: dict[str, tuple[str, ...]] = {}
    for node, noun in graph.subject_objects(KG.role):
        name = _type_of(graph, node)
        found[str(noun)] = tuple(sorted({*found.get(str(noun), ()), name}))
    return found


def _type_of(graph: Graph, node: Node) -> str:
    evoked = graph.value(node, KG.evokes)
    name = type_names().get(URIRef(str(evoked)))
    if name is None:
        raise VocabularyError(
            f"a set of words evokes {evoked}, which is no type in kg.ttl: write kg:evokes with a type's class"
        )
    return name


def _positions(graph: Graph, frame: Node, predicate: URIRef) -> tuple[str, ...]:
    head = graph.value(frame, predicate)
    if head is None:
        raise VocabularyError(
            f"triggers.ttl uses the frame {frame}, which lacks {curie(str(predicate))}: define it as a list"
        )
    return tuple(str(position) for position in Collection(graph, head))


def _stands_alone(graph: Graph, node: Node) -> bool:
    """True where the set, or else the type, says that an event counts without a recipient."""
    own = graph.value(node, KG.alone)
    return own == Literal(True) if own is not None else types()[_type_of(graph, node)].alone


_PARTS_OF_SPEECH = {KG.verb: "VERB", KG.noun: "NOUN", KG.adjective: "ADJ"}


def _trigger_sets(graph: Graph) -> Iterator[Trigger]:
    for node in graph.subjects(KG.evokes):
        frame = graph.value(node, KG.frame)
        about = graph.value(node, KG.about)
        prior = graph.value(node, KG.prior)
        for predicate, pos in _PARTS_OF_SPEECH.items():
            lemmas = sorted(str(lemma) for lemma in graph.objects(node, predicate))
            if lemmas:
                yield Trigger(
                    type=_type_of(graph, node),
                    pos=pos,
                    words=tuple(tuple(lemma.split()) for lemma in lemmas),
                    actor=_positions(graph, frame, KG.actorAt) if frame else (),
                    recipient=_positions(graph, frame, KG.recipientAt) if frame else (),
                    about=words(str(about)[len(CLASS) :]) if about else None,
                    mode=_text(graph, node, KG.mode) or None,
                    prior=float(str(prior)) if prior is not None else DEFAULT_PRIOR,
                    needs_recipient=not _stands_alone(graph, node),
                    clausal=(node, KG.clausal, Literal(True)) in graph,
                )


DEFAULT_PRIOR = 0.8
"""How often a trigger word means its type, where `triggers.ttl` does not say."""


@cache
def triggers() -> tuple[Trigger, ...]:
    """All sets of trigger words, sorted, so that equal files give equal results."""
    return tuple(sorted(_trigger_sets(load_graph("triggers.ttl")), key=repr))
