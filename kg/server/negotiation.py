"""Which form of an answer a client gets: media types by name, and what an `Accept` header asks for.

>>> choose("text/csv;q=0.5, application/json", SOLUTIONS)
'json'
>>> choose("image/png", SOLUTIONS)
>>> choose(None, TRIPLES)
'turtle'
"""

from collections.abc import Iterable, Mapping

SOLUTIONS: dict[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/xml", "text/xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
}
"""The forms of rows and truth values, best first, each with its media type and others that mean it too."""
TRIPLES: dict[str, tuple[str, ...]] = {
    "turtle": ("text/turtle", "application/x-turtle"),
    "ntriples": ("application/n-triples", "text/plain"),
    "trig": ("application/trig",),
    "nquads": ("application/n-quads",),
    "jsonld": ("application/ld+json", "application/json"),
    "rdfxml": ("application/rdf+xml", "application/xml"),
}
"""The forms of triples."""
PAGE: dict[str, tuple[str, ...]] = {"html": ("text/html", "application/xhtml+xml")}
IRIS = {
    "json": "http://www.w3.org/ns/formats/SPARQL_Results_JSON",
    "xml": "http://www.w3.org/ns/formats/SPARQL_Results_XML",
    "csv": "http://www.w3.org/ns/formats/SPARQL_Results_CSV",
    "tsv": "http://www.w3.org/ns/formats/SPARQL_Results_TSV",
    "turtle": "http://www.w3.org/ns/formats/Turtle",
    "ntriples": "http://www.w3.org/ns/formats/N-Triples",
    "trig": "http://www.w3.org/ns/formats/TriG",
    "nquads": "http://www.w3.org/ns/formats/N-Quads",
    "jsonld": "http://www.w3.org/ns/formats/JSON-LD",
    "rdfxml": "http://www.w3.org/ns/formats/RDF_XML",
}
"""What service descriptions call the forms."""


def content_type(form: str) -> str:
    """The `Content-Type` of a form."""
    type_ = (SOLUTIONS | TRIPLES | PAGE)[form][0]
    return f"{type_}; charset=utf-8" if type_.startswith("text/") else type_


def choose(accept: str | None, forms: Mapping[str, tuple[str, ...]]) -> str | None:
    """The form that a client likes best, the first of equals; None where it accepts none."""
    ranges = list(_ranges(accept or "*/*"))
    scored = [(_likes(ranges, *types), form) for form, types in forms.items()]
    best = max(quality for quality, _ in scored)
    return next(form for quality, form in scored if quality == best) if best > 0 else None


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.split(","):
        range_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            yield range_, float(quality)
        except ValueError:
            yield range_, 0.0


def _likes(ranges: list[tuple[str, float]], type_: str, *others: str) -> float:
    """How much a client likes a media type or others that mean it: what the most specific range says that fits."""
    for patterns in ((type_, *others), (f"{type_.partition('/')[0]}/*",), ("*/*",)):
        found = [quality for range_, quality in ranges if range_ in patterns]
        if found:
            return max(found)
    return 0.0
