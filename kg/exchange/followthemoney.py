"""What is asserted as FollowTheMoney entities, for Aleph, OpenSanctions and the tools around them.

The mapping of types is `ontology/exchange/followthemoney.ttl`.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from rdflib import RDFS, Namespace, URIRef
from rdflib.namespace import SKOS

from kg.edtf import bounds
from kg.exchange.articles import Article, country_of, read_articles, shown
from kg.exchange.lines import to_line
from kg.model import Entity, Statement, content_id
from kg.ontology import KG, RELATION, load_graph, types
from kg.store import Store

FTM = Namespace("https://schema.followthemoney.tech/#")
_MAPPING = "exchange/followthemoney.ttl"
_LANGUAGES = {"en": "eng"}
_OPEN = "9999-12-31"


def followthemoney_lines(store: Store) -> Iterator[str]:
    """One FollowTheMoney entity a line: each article, whom it mentions, its asserted events and relations with their source.

    An entity comes before what refers to it, once. Planned, possible and denied statements are left out: FollowTheMoney could
    not tell them from facts.
    """
    merged, written = store.merged, set[str]()
    for article in read_articles(store):
        for record in _of_article(article, merged):
            if record["id"] not in written:
                written.add(record["id"])
                yield to_line(record)


def _of_article(article: Article, merged: Mapping[str, Entity]) -> Iterator[dict[str, Any]]:
    yield _record(
        _document_id(article), "Article",
        fileName=article.id, title=article.title, sourceUrl=article.url, publisher=article.source,
        publishedAt=article.published, language=_LANGUAGES.get(article.language, ""),
    )  # fmt: skip
    for found, words in article.mentions:
        entity = merged.get(found.id, found)
        yield from _entities([entity])
        if is_a(schema_of(entity), "LegalEntity"):
            for word in words:
                yield _record(
                    _made_id("mention", article.id, entity.id, word), "Mention",
                    document=_document_id(article), name=word, resolved=entity_id(entity), detectedSchema=schema_of(entity),
                )  # fmt: skip
    for statement in article.statements:
        if statement.modality == "asserted":
            made = _links if statement.kind == RELATION else _event
            yield from _entities(shown(statement.mentions, merged))
            yield from made(statement, article, merged)


def _entities(entities: Iterable[Entity]) -> Iterator[dict[str, Any]]:
    for entity in entities:
        if schema := schema_of(entity):
            wikidata = entity.id.removeprefix("wd:") if entity.id.startswith("wd:") else ""
            yield _record(
                entity_id(entity), schema, name=entity.name, country=country_of(entity.id).lower(), wikidataId=wikidata
            )


def _event(statement: Statement, article: Article, merged: Mapping[str, Entity]) -> Iterator[dict[str, Any]]:
    actors, recipients = shown(statement.actor, merged), shown(statement.recipient, merged)
    names = [", ".join(entity.name for entity in side) for side in (actors, recipients)]
    place = shown([statement.place], merged)
    yield _record(
        f"kg-s-{statement.id}", "Event",
        name=" ".join(filter(None, (names[0], types()[statement.type].verb, names[1]))),
        involved=[entity_id(one) for one in [*actors, *recipients] if is_a(schema_of(one), "LegalEntity")],
        location=[entity.name for entity in place],
        country=[code for entity in place if (code := country_of(entity.id).lower())],
        keywords=[statement.type, statement.plover or ""], **_interval(statement, article),
    )  # fmt: skip


def _links(statement: Statement, article: Article, merged: Mapping[str, Entity]) -> Iterator[dict[str, Any]]:
    """One link for each pair of parties, by the schema of the relation where both fit into it."""
    for one in shown(statement.actor, merged):
        for other in shown(statement.recipient, merged):
            if not (schema_of(one) and schema_of(other)):
                continue
            schema = _match(types()[statement.type].iri)
            target = entity_id(other)
            if schema == "Occupancy" and is_a(schema_of(one), "Person"):
                post = _post(statement, other)
                yield post
                target = post["id"]
            elif not (_fits(schema, "source", one) and _fits(schema, "target", other)):
                schema = "UnknownLink"
            role = statement.topic or types()[statement.type].verb
            yield _record(
                _made_id("link", statement.id, one.id, other.id), schema,
                **{_property(schema, "source"): entity_id(one), _property(schema, "target"): target},
                **({_property(schema, "role"): role} if _property(schema, "role") else {}), **_interval(statement, article),
            )  # fmt: skip


def _post(statement: Statement, of: Entity) -> dict[str, Any]:
    """The office that is held, by its title as the article has it, or by what kind of office it is."""
    title = statement.topic or types()[statement.type].label
    return _record(
        _made_id("post", statement.type, title, of.id), "Position",
        name=f"{title}, {of.name}", country=country_of(of.id).lower(),
        organization=entity_id(of) if is_a(schema_of(of), "Organization") else "",
    )  # fmt: skip


def _interval(statement: Statement, article: Article) -> dict[str, Any]:
    """When, and what proves it: the sentence, the article, its address, outlet and date."""
    days = bounds(statement.time.value) if statement.time and statement.time.value else None
    first, last = (day.isoformat() for day in days) if days else ("", "")
    return {
        "date": first if first == last else "",
        "startDate": first if first != last else "",
        "endDate": last if last not in (first, _OPEN) else "",
        "summary": statement.evidence.quote,
        "recordId": statement.id,
        "proof": _document_id(article),
        "sourceUrl": article.url,
        "publisher": article.source,
    }


def _record(id_: str, schema: str, **properties: str | list[str]) -> dict[str, Any]:
    """An entity as FollowTheMoney's JSON has it: each property is a list of texts, empty ones are absent."""
    lists = {name: [value] if isinstance(value, str) else value for name, value in properties.items()}
    filled = {name: kept for name, values in lists.items() if (kept := [value for value in values if value.strip()])}
    return {"id": id_, "schema": schema, "properties": filled}


def entity_id(entity: Entity) -> str:
    """The Wikidata id, by which OpenSanctions knows an entity too, or an id made of kg's own."""
    return entity.id.removeprefix("wd:") if entity.id.startswith("wd:Q") else _made_id("entity", entity.id)


def _document_id(article: Article) -> str:
    return _made_id("document", article.id)


def _made_id(kind: str, *parts: str) -> str:
    return f"kg-{kind}-{content_id(*parts)}"


def schema_of(entity: Entity) -> str:
    """The schema of an entity, or an empty text where FollowTheMoney has none for its type."""
    return _match(KG[entity.type])


@cache
def _match(type_: URIRef) -> str:
    found = load_graph(_MAPPING).value(type_, SKOS.closeMatch)
    return str(found)[len(FTM) :] if found else ""


@cache
def is_a(schema: str, kind: str) -> bool:
    """True where the schema is of that kind, or extends one that is."""
    return FTM[kind] in load_graph(_MAPPING).transitive_objects(FTM[schema], RDFS.subClassOf)


@cache
def _property(schema: str, role: str) -> str:
    """The property that leads to the source or target of a link, or tells its role."""
    found = load_graph(_MAPPING).value(FTM[schema], FTM[role])
    return str(found)[len(FTM) :] if found else ""


def _fits(schema: str, role: str, entity: Entity) -> bool:
    """True where the schema of a link takes the entity in that role."""
    if not schema:
        return False
    wanted = load_graph(_MAPPING).value(FTM[_property(schema, role)], RDFS.range)
    return wanted is None or is_a(schema_of(entity), str(wanted)[len(FTM) :])
