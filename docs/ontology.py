"""Writes the documentation of the ontology as HTML, by pyLODE: `python -m docs.ontology [FOLDER]`, build/ontology by default.

kg.html has the classes and properties, plover.html and cameo.html the two schemes of codes. The pages fetch nothing.
"""

import sys
from pathlib import Path

from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import SKOS, VANN

from kg.ontology import KG, NAMESPACES, ONTOLOGY, load_graph

FOLDER = Path(__file__).parents[1] / "build" / "ontology"
SCHEMES = {name: URIRef(NAMESPACES[name].rstrip("/")) for name in ("plover", "cameo")}


def main() -> None:
    """Writes the pages and tells where they are."""
    for path in write_pages(Path(sys.argv[1]) if sys.argv[1:] else FOLDER):
        print(f"{path}: {path.stat().st_size:,} bytes")


def write_pages(folder: Path) -> list[Path]:
    """The pages written into a folder, which is made if missing."""
    from pylode import OntPub

    folder.mkdir(parents=True, exist_ok=True)
    pages = {"kg": classes()} | {name: scheme(name) for name in SCHEMES}
    for name, graph in pages.items():
        OntPub(ontology=graph).make_html(destination=folder / f"{name}.html")
    return [folder / f"{name}.html" for name in pages]


# pyLODE lists classes and properties. So that codes and modalities have their entries too, they stand as classes here, the
# narrower below the broader, and a scheme as an ontology; the ontology itself says no such thing.


def classes() -> Graph:
    """The ontology with PLOVER's event types, which are classes too."""
    graph = _bound()
    graph += load_graph("kg.ttl")
    codes = load_graph("plover.ttl")
    for node in codes.subjects(RDF.type, OWL.Class):
        for triple in codes.triples((node, None, None)):
            if triple[1] not in (SKOS.inScheme, SKOS.topConceptOf) and triple[2] != SKOS.Concept:
                graph.add(triple)
    for node in [*graph.subjects(RDF.type, KG.Modality)]:
        graph.add((node, RDF.type, OWL.Class))
        graph.add((node, RDFS.subClassOf, KG.Modality))
    graph.add((ONTOLOGY, VANN.preferredNamespacePrefix, Literal("kg")))
    graph.add((ONTOLOGY, VANN.preferredNamespaceUri, Literal(NAMESPACES["kg"])))
    return graph


def scheme(name: str) -> Graph:
    """One scheme of codes with its concepts."""
    graph, codes = _bound(), load_graph("plover.ttl")
    graph += codes.triples((SCHEMES[name], None, None))
    graph.add((SCHEMES[name], RDF.type, OWL.Ontology))
    graph.remove((SCHEMES[name], RDF.type, SKOS.ConceptScheme))
    for node in codes.subjects(SKOS.inScheme, SCHEMES[name]):
        graph.add((node, RDF.type, OWL.Class))
        graph.add((node, RDFS.label, codes.value(node, SKOS.prefLabel) or Literal(str(node))))
        for predicate in (SKOS.definition, SKOS.example, SKOS.notation):
            graph += codes.triples((node, predicate, None))
        for broader in codes.objects(node, SKOS.broader):
            graph.add((node, RDFS.subClassOf, broader))
    return graph


def _bound() -> Graph:
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in NAMESPACES.items():
        graph.bind(prefix, namespace)
    return graph


if __name__ == "__main__":
    main()
