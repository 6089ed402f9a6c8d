"""The pages for people: start, search, an entity with its evidence, and one to write queries; without scripts where possible."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph
from jinja2 import Environment, PackageLoader, StrictUndefined
from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import OWL
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from kg.ontology import KG, NAMESPACES, Type, curie, iri, load_graph, type_names, types
from kg.queries import named_queries
from kg.server.negotiation import PAGE, TRIPLES, choose
from kg.server.protocol import pool_of, query_job, respond, settings_of, until_gone
from kg.server.worker import Refused

MOST_STATEMENTS = 300
MOST_FOUND = 50
SHOWN_ROWS = 1000
LONGEST_NAME = 80
CAREFUL = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; connect-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self'"
"""What a browser may do with a page: nothing but what this server gives."""
EDITOR = f"{CAREFUL} 'unsafe-inline'; font-src data:"
"""The same for the page with yasgui, which sets styles of its own."""

_CURIE = re.compile(rf"(?<![\w?<:])(?:{'|'.join(NAMESPACES)}):[A-Za-z]\w*")
_ENTITY_SPACES = (NAMESPACES["wd"], NAMESPACES["kge"])
_ROLES = {KG.actor: "actor", KG.recipient: "recipient", KG.place: "place", KG.attributedTo: "attribution"}
_ABOUT = """SELECT DISTINCT ?class ?type ?name ?canonical WHERE {
  { %(e)s rdfs:label ?name ; a ?of } UNION { %(e)s schema:name ?name ; schema:additionalType ?of }
  ?of rdfs:subClassOf kg:Entity ; skos:notation ?class ; rdfs:label ?type .
  OPTIONAL { %(e)s owl:sameAs ?canonical }
}"""
_WORDS = """SELECT ?word (COUNT(DISTINCT ?document) AS ?documents) WHERE {
  ?reference itsrdf:taIdentRef %(e)s ; a kg:Reference ; nif:anchorOf ?word ; nif:referenceContext ?document .
} GROUP BY ?word ORDER BY DESC(?documents) ?word LIMIT 12"""
_COUNT = """SELECT (COUNT(DISTINCT ?document) AS ?documents) (COUNT(DISTINCT ?statement) AS ?statements) WHERE {
  { ?document schema:mentions %(e)s } UNION { ?statement kg:actor|kg:recipient|kg:place|kg:attributedTo %(e)s }
}"""
_MERGED = "SELECT DISTINCT ?entity ?name WHERE { ?entity owl:sameAs %(e)s ; schema:name ?name } ORDER BY ?name"
_STATEMENTS = """SELECT DISTINCT ?statement ?type ?modality ?confidence ?when ?earliest ?words ?topic ?instrument ?quote
  ?document ?title ?url ?outlet ?issued WHERE {
  { SELECT DISTINCT ?statement WHERE { ?statement kg:actor|kg:recipient|kg:place|kg:attributedTo %(e)s } }
  ?statement a ?type ; kg:modality ?modality ; kg:confidence ?confidence ; prov:wasDerivedFrom ?passage .
  ?passage nif:anchorOf ?quote ; nif:referenceContext ?document .
  OPTIONAL { ?statement kg:time ?when } OPTIONAL { ?statement kg:earliest ?earliest }
  OPTIONAL { ?statement kg:timeText ?words } OPTIONAL { ?statement kg:topic ?topic }
  OPTIONAL { ?statement kg:instrument ?instrument }
  OPTIONAL { ?document dcterms:title ?title } OPTIONAL { ?document schema:url ?url }
  OPTIONAL { ?document dcterms:publisher ?outlet } OPTIONAL { ?document dcterms:issued ?issued }
} ORDER BY DESC(?earliest) DESC(?issued) ?statement LIMIT %(most)d"""
_PARTIES = """SELECT DISTINCT ?statement ?role ?entity ?name WHERE {
  VALUES ?statement { %(statements)s }
  { ?statement ?role ?entity . VALUES ?role { kg:actor kg:recipient kg:place kg:attributedTo } ?entity rdfs:label ?name }
  UNION { ?statement kg:quantity ?entity . ?entity rdfs:label ?name BIND (kg:quantity AS ?role) }
} ORDER BY ?statement ?role ?name"""
_TRIPLES = """CONSTRUCT { %(e)s ?p ?o . ?other owl:sameAs %(e)s . ?statement ?sp ?so . ?so rdfs:label ?label ; a ?class .
  ?passage nif:anchorOf ?quote ; nif:beginIndex ?begin ; nif:endIndex ?end ; nif:referenceContext ?document .
  ?document dcterms:title ?title ; schema:url ?url ; dcterms:publisher ?outlet ; dcterms:issued ?issued . } WHERE {
  { %(e)s ?p ?o } UNION { ?other owl:sameAs %(e)s } UNION {
    { SELECT DISTINCT ?statement WHERE { ?statement kg:actor|kg:recipient|kg:place|kg:attributedTo %(e)s } }
    ?statement ?sp ?so ; prov:wasDerivedFrom ?passage .
    ?passage nif:anchorOf ?quote ; nif:beginIndex ?begin ; nif:endIndex ?end ; nif:referenceContext ?document .
    OPTIONAL { ?so rdfs:label ?label ; a ?class . ?class rdfs:subClassOf kg:Entity }
    OPTIONAL { ?document dcterms:title ?title } OPTIONAL { ?document schema:url ?url }
    OPTIONAL { ?document dcterms:publisher ?outlet } OPTIONAL { ?document dcterms:issued ?issued }
  }
}"""
_SEARCH = """SELECT ?entity ?class ?type ?name (COUNT(DISTINCT ?document) AS ?documents) WHERE {
  { SELECT DISTINCT ?entity ?name WHERE {
    { ?entity rdfs:label ?name FILTER (CONTAINS(LCASE(?name), %(words)s)) }
    UNION { ?reference a kg:Reference ; nif:anchorOf ?word FILTER (CONTAINS(LCASE(?word), %(words)s))
      ?reference itsrdf:taIdentRef ?entity . ?entity rdfs:label ?name }
  } }
  ?entity a ?of . ?of rdfs:subClassOf kg:Entity ; skos:notation ?class ; rdfs:label ?type .
  ?document schema:mentions ?entity .
} GROUP BY ?entity ?class ?type ?name ORDER BY DESC(LCASE(?name) = %(words)s) DESC(?documents) ?name LIMIT %(most)d"""
_NAMED = """SELECT ?name (SAMPLE(?entity) AS ?one) WHERE {
  VALUES ?name { %(names)s } ?entity rdfs:label ?name ; a/rdfs:subClassOf kg:Entity .
} GROUP BY ?name HAVING (COUNT(DISTINCT ?entity) = 1)"""
_MENTIONED = """SELECT ?entity ?class ?type ?name (COUNT(DISTINCT ?document) AS ?documents) WHERE {
  ?document schema:mentions ?entity . ?entity a ?of ; rdfs:label ?name .
  ?of rdfs:subClassOf kg:Entity ; skos:notation ?class ; rdfs:label ?type .
} GROUP BY ?entity ?class ?type ?name ORDER BY DESC(?documents) ?name LIMIT 24"""
_SIZE = """SELECT (COUNT(DISTINCT ?document) AS ?documents) (COUNT(DISTINCT ?statement) AS ?statements) WHERE {
  { ?document a kg:Document } UNION { ?statement kg:modality ?modality }
}"""

Row = dict[str, str]


class Party(NamedTuple):
    """An entity or an amount that takes part in a statement, with the address of its page, if any."""

    name: str
    link: str | None
    here: bool


class Said(NamedTuple):
    """A statement as a page shows it."""

    type: Type
    row: Row
    parties: Mapping[str, list[Party]]
    link: str | None

    @property
    def tone(self) -> str:
        """The name of its colour in the palette."""
        return str(self.type.quad or self.type.kind)

    @property
    def is_relation(self) -> bool:
        """Whether it lasts."""
        return self.type.kind == "relation"

    @property
    def is_office(self) -> bool:
        """Whether a person holds an office by it: a relation from persons alone to what is no person."""
        return self.is_relation and self.type.subjects == {"Person"} and "Person" not in self.type.objects

    @property
    def is_own(self) -> bool:
        """Whether the entity of the page takes part, and is not only who says so."""
        return any(party.here for role in ("actor", "recipient", "place") for party in self.parties.get(role, ()))

    @property
    def actors(self) -> list[Party]:
        """Who acts: of several who do it together the entity of the page, else the first."""
        actors = self._by_here("actor")
        return actors[:1] if self._is_mutual else actors

    @property
    def recipients(self) -> list[Party]:
        """Towards whom: those named as such, or the others of several who do it together."""
        return self._by_here("actor")[1:] if self._is_mutual else self._by_here("recipient")

    @property
    def _is_mutual(self) -> bool:
        return self.type.symmetric and not self.parties.get("recipient")

    def _by_here(self, role: str) -> list[Party]:
        """Who plays a role, the entity of the page first."""
        return sorted(self.parties.get(role, ()), key=lambda party: not party.here)

    @property
    def year(self) -> str:
        """The year in which it begins; empty where that is not known."""
        return self.row.get("earliest", "")[:4]


# --- the graph ---


async def _select(request: Request, *texts: str) -> list[list[Row]]:
    """The rows of each query, as dicts of the text of each bound variable."""
    job = query_job(request, "") | {"do": "queries", "texts": texts}
    answer = await until_gone(request, pool_of(request).read(job))
    if "reason" in answer.about:
        raise Refused(answer.status, answer.about["reason"])
    return [
        [{name: term["value"] for name, term in row.items()} for row in result["results"]["bindings"]]
        for result in json.loads(answer.body)
    ]


def path_of(node: str) -> str | None:
    """The address of an entity's page by the entity's IRI, or of a document's graph; None for other IRIs.

    >>> path_of("http://www.wikidata.org/entity/Q7747")
    '/entity/wd:Q7747'
    """
    if node.startswith(_ENTITY_SPACES):
        return f"/entity/{quote(curie(node), safe=':')}"
    if node.startswith(NAMESPACES["g"]):
        return f"/graphs/{node[len(NAMESPACES['g']) :]}"
    return None


def web_link(url: str | None) -> str | None:
    """The address if a browser may follow it: `javascript:` and the like lead nowhere."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


# --- pages ---


async def home(request: Request) -> Response:
    """What the graph holds, and where to begin."""
    state, known = await pool_of(request).state(), request.app.state.home
    if known is None or known[0] != state:
        known = request.app.state.home = state, *await _select(request, _SIZE, _MENTIONED)
    _, [size], found = known
    return _page(request, "home.html", size=size, found=found, queries=named_queries().values())


async def search(request: Request) -> Response:
    """The entities in whose names the words occur; straight to the page where only one has that very name."""
    words = request.query_params.get("q", "").strip()
    found: list[Row] = []
    if words:
        [found] = await _select(request, _SEARCH % {"words": _literal(words.lower()), "most": MOST_FOUND})
    same = [row for row in found if row["name"].lower() == words.lower()]
    if len(same) == 1 and (place := path_of(same[0]["entity"])):
        return RedirectResponse(place, 303)
    return _page(request, "search.html", words=words, found=found, most=MOST_FOUND)


def _literal(text: str) -> str:
    return str(pyoxigraph.Literal("".join(char for char in text if char.isprintable())))


async def entity(request: Request) -> Response:
    """An entity as a page, or as RDF where the client prefers that."""
    node = _entity_iri(request.path_params["id"])
    wanted = request.query_params.get("format")
    form = wanted if wanted in TRIPLES else choose(request.headers.get("accept") or "text/html", PAGE | TRIPLES)
    if form is None or wanted not in (None, "html", *TRIPLES):
        raise Refused(
            406, f"entities come as text/html, {', '.join(types[0] for types in TRIPLES.values())}: accept one of these"
        )
    if form != "html":
        job = query_job(request, _TRIPLES % {"e": node.n3()}) | {"formats": {"solutions": None, "triples": form}}
        [about] = await _select(request, _ABOUT % {"e": node.n3()})
        return _elsewhere(node, about) or await respond(request, job)
    of = {"e": node.n3(), "most": MOST_STATEMENTS}
    about, [count], words, merged, rows = await _select(
        request, _ABOUT % of, _COUNT % of, _WORDS % of, _MERGED % of, _STATEMENTS % of
    )
    elsewhere = _elsewhere(node, about)
    if elsewhere:
        return elsewhere
    shown: dict[str, Any] = {"about": about[0], "count": count, "words": words, "merged": merged}
    return _page(request, "entity.html", **shown, **_sections(node, await _said(request, node, rows)))


def _elsewhere(node: URIRef, about: list[Row]) -> Response | None:
    """The way to the entity that stands for another, None where this one stands for itself; Refused where there is none."""
    if not about:
        raise Refused(404, f"the graph has no entity {curie(node)}: search for its name")
    canonical = path_of(about[0].get("canonical", ""))
    return RedirectResponse(canonical, 303) if canonical else None


def _entity_iri(id_: str) -> URIRef:
    try:
        return iri(id_)
    except KeyError:
        raise Refused(404, f"{id_} is no id of an entity, which looks like wd:Q7747: search for its name") from None


def _sections(node: URIRef, said: list[Said]) -> dict[str, Any]:
    """What a page shows of an entity besides its name."""
    relations = [one for one in said if one.is_relation and one.is_own]
    return {
        "id": curie(node),
        "outside": web_link(str(node)) if node.startswith(NAMESPACES["wd"]) else None,
        "offices": _grouped(one for one in relations if one.is_office),
        "facts": _grouped(one for one in relations if not one.is_office),
        "events": [one for one in said if not one.is_relation and one.is_own],
        "claims": [one for one in said if not one.is_own],
        "cut": len(said) == MOST_STATEMENTS,
        "forms": TRIPLES,
    }


async def _said(request: Request, node: URIRef, rows: list[Row]) -> list[Said]:
    """The statements in which an entity takes part, or which it makes, with all who take part in them."""
    parties: dict[str, dict[str, list[Party]]] = defaultdict(lambda: defaultdict(list))
    if rows:
        statements = " ".join(f"<{row['statement']}>" for row in rows)
        [found] = await _select(request, _PARTIES % {"statements": statements})
        for row in found:
            role = _ROLES.get(URIRef(row["role"]), "quantity")
            place = path_of(row["entity"]) if role != "quantity" else None
            parties[row["statement"]][role].append(Party(row["name"], place, row["entity"] == str(node)))
    names = type_names()
    known = [row | {"modality": row["modality"][len(KG) :]} for row in rows if URIRef(row["type"]) in names]
    return [
        Said(types()[names[URIRef(row["type"])]], row, parties[row["statement"]], web_link(row.get("url")))
        for row in known
    ]


def _grouped(said: Iterable[Said]) -> list[list[Said]]:
    """Statements that say the same, one list each, in the order of their first."""
    groups: dict[Any, list[Said]] = {}
    for one in said:
        same = tuple(tuple(one.parties.get(role, ())) for role in ("actor", "recipient"))
        groups.setdefault((one.type.name, same, one.row.get("topic"), one.row["modality"]), []).append(one)
    return sorted(groups.values(), key=lambda group: (group[0].type.label, -len(group)))


async def query(request: Request) -> Response:
    """A page to write a query and see its result."""
    name = request.query_params.get("name", "")
    known = named_queries().get(name)
    text = request.query_params.get("query") or (known.text if known else "")
    if has_editor() and "plain" not in request.query_params:
        return _page(request, "editor.html", policy=EDITOR, text=_with_prefixes(text), queries=named_queries().values())
    result, reason, status = None, "", 200
    if text:
        try:
            result = await _result(request, text)
        except Refused as refused:
            reason, status = str(refused), refused.status
    return _page(
        request,
        "query.html",
        status,
        text=text,
        name=name,
        result=result,
        reason=reason,
        queries=named_queries().values(),
    )


async def _result(request: Request, text: str) -> dict[str, Any]:
    """The result of a query as a page shows it: an answer, a text, or a table."""
    answer = await until_gone(request, pool_of(request).read(query_job(request, text)))
    if "reason" in answer.about:
        raise Refused(answer.status, answer.about["reason"])
    shown: dict[str, Any] = {"cut": answer.about.get("cut", False), "count": answer.about.get("rows", 1)}
    if answer.about["format"] == "turtle":
        return shown | {"kind": "triples", "text": answer.body.decode(), "forms": TRIPLES}
    found = json.loads(answer.body)
    if "boolean" in found:
        return shown | {"kind": "answer", "answer": "yes" if found["boolean"] else "no"}
    names = found["head"]["vars"]
    cells = [[_cell(binding.get(name)) for name in names] for binding in found["results"]["bindings"][:SHOWN_ROWS]]
    known = await _pages_of(request, {text for row in cells for text, link in row if text and not link})
    rows = [[(text, link or known.get(text)) for text, link in row] for row in cells]
    links = {form: f"/sparql?{urlencode({'query': text, 'format': form})}" for form in ("csv", "tsv", "json", "xml")}
    return shown | {"kind": "rows", "names": names, "rows": rows, "links": links}


async def _pages_of(request: Request, texts: Iterable[str]) -> dict[str, str]:
    """The addresses of the entities that have one of these texts as their name, and share it with no other."""
    names = sorted(text for text in texts if len(text) <= LONGEST_NAME)[:SHOWN_ROWS]
    if not names:
        return {}
    [found] = await _select(request, _NAMED % {"names": " ".join(map(_literal, names))})
    return {row["name"]: place for row in found if (place := path_of(row["one"]))}


def _cell(term: Any) -> tuple[str, str | None]:
    """The text of a term, and where it leads."""
    if term is None:
        return "", None
    if term["type"] == "uri":
        return curie(term["value"]), path_of(term["value"]) or web_link(term["value"])
    if term["type"] == "triple":
        return " ".join(_cell(term["value"][part])[0] for part in ("subject", "predicate", "object")), None
    is_link = term.get("datatype") == NAMESPACES["xsd"] + "anyURI"
    return term["value"], web_link(term["value"]) if is_link else None


def _with_prefixes(text: str) -> str:
    """A query with the declarations of the prefixes that it uses, for editors that want them."""
    used = [
        f"PREFIX {prefix}: <{space}>"
        for prefix, space in NAMESPACES.items()
        if re.search(rf"(?<![\w:<]){prefix}:(?!//)", text)
    ]
    declared = any(line.lstrip().upper().startswith("PREFIX") for line in text.splitlines())
    return text if declared or not text else "\n".join([*used, text])


async def terms(request: Request) -> Response:
    """The prefixes, and the words of the ontology with what they mean, for completion."""
    del request
    return JSONResponse(_terms(), headers={"Cache-Control": "max-age=3600"})


@cache
def _terms() -> dict[str, Any]:
    graph = load_graph("kg.ttl", "plover.ttl")
    classes = {str(node) for node in graph.subjects(RDF.type, OWL.Class) if isinstance(node, URIRef)}
    used = {str(iri(name)) for one in named_queries().values() for name in _CURIE.findall(one.text)}
    properties = used | {
        str(node)
        for kind in (OWL.ObjectProperty, OWL.DatatypeProperty)
        for node in graph.subjects(RDF.type, kind)
        if isinstance(node, URIRef)
    }
    return {
        "prefixes": NAMESPACES,
        "class": [_term(graph, node) for node in sorted(classes)],
        "property": [_term(graph, node) for node in sorted(properties - classes)],
    }


def _term(graph: Graph, node: str) -> dict[str, str]:
    return {"term": curie(node), "iri": node, "label": str(graph.value(URIRef(node), RDFS.label) or "")}


# --- how pages look ---


def has_editor() -> bool:
    """Whether yasgui was brought by the build."""
    return files("kg.server").joinpath("static", "yasgui", "yasgui.min.js").is_file()


@cache
def palette() -> dict[str, Any]:
    """The colours and shapes that the drawing of the graph has too."""
    found: dict[str, Any] = json.loads(files("kg.views").joinpath("palette.json").read_text("utf-8"))
    return found


async def colours(request: Request) -> Response:
    """The palette as a style sheet: `tone-1` and its like for statements, `family-people` and its like for entities."""
    del request
    rules = []
    for mode, query in (("light", ""), ("dark", "@media (prefers-color-scheme: dark)")):
        lines = [
            f".{kind}-{name} {{ --{kind}: {look[mode]}; }}"
            for kind, looks in (("tone", palette()["tones"]), ("family", palette()["families"]))
            for name, look in looks.items()
        ]
        rules.append(f"{query} {{ {' '.join(lines)} }}" if query else "\n".join(lines))
    return Response("\n".join(rules), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kg.server"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"palette": palette(), "path_of": path_of, "prefixes": NAMESPACES}
    return environment


def _page(request: Request, template: str, status: int = 200, policy: str = CAREFUL, **values: Any) -> Response:
    html = _environment().get_template(template).render(graph=settings_of(request).path.stem, **values)
    headers = {"Content-Security-Policy": policy, "Vary": "Accept", "Cache-Control": "no-cache"}
    return Response(html, status, headers, media_type="text/html")


def error_page(request: Request, status: int, reason: str) -> Response:
    """The reason why there is no page."""
    return _page(request, "error.html", status, reason=reason)
