"""A small graph of real news, in the shape that `kg.network` gives, and the two functions that build such graphs."""

from typing import Any

import networkx as nx

from kg.edtf import bounds

INDEPENDENT = {
    "source": "The Independent",
    "title": "Putin praises 'heroic' North Korean troops",
    "url": "https://www.independent.co.uk/a1",
    "published": "2025-08-15",
}
KYIV_POST = {
    "source": "Kyiv Post",
    "title": "Sanctions and strikes before the Alaska summit",
    "url": "https://www.kyivpost.com/b2",
    "published": "2025-08-14",
}
PUTIN, KIM, TRUMP, ZELENSKYY = "wd:Q7747", "wd:Q56226", "wd:Q22686", "wd:Q3874799"
RUSSIA, KOREA, UKRAINE, STATES = "wd:Q159", "wd:Q423", "wd:Q212", "wd:Q30"
VOLODIN, TROOPS, PACT = "kge:Person-vyacheslav-volodin", "kge:Group-north-korean-troops", "kge:Agreement-partnership"
KURSK, KCNA, NATO = "kge:Region-kursk-oblast", "kge:Media-kcna", "wd:Q7184"
ENTITIES = {
    PUTIN: ("Vladimir Putin", "Person"),
    KIM: ("Kim Jong Un", "Person"),
    TRUMP: ("Donald Trump", "Person"),
    ZELENSKYY: ("Volodymyr Zelenskyy", "Person"),
    VOLODIN: ("Vyacheslav Volodin", "Person"),
    RUSSIA: ("Russia", "Country"),
    KOREA: ("North Korea", "Country"),
    UKRAINE: ("Ukraine", "Country"),
    STATES: ("United States", "Country"),
    KURSK: ("Kursk Oblast", "Region"),
    KCNA: ("Korean Central News Agency", "Media"),
    NATO: ("NATO", "InternationalOrganization"),
    TROOPS: ("North Korean troops", "Group"),
    PACT: ("Comprehensive Strategic Partnership", "Agreement"),
}
VERBS = {
    "Meet": ("met", "CONSULT", 1, True),
    "Phone": ("spoke by phone with", "CONSULT", 1, True),
    "Correspond": ("wrote to", "CONSULT", 1, False),
    "Visit": ("visited", "CONSULT", 1, False),
    "Praise": ("praised", "SUPPORT", 1, False),
    "SignAgreement": ("signed an agreement with", "AGREE", 1, True),
    "MilitaryAid": ("gave military aid to", "AID", 2, False),
    "Criticize": ("criticized", "ACCUSE", 3, False),
    "Threaten": ("threatened", "THREATEN", 3, False),
    "Attack": ("attacked", "ASSAULT", 4, False),
    "Sanction": ("sanctioned", "SANCTION", 4, False),
    "Mobilize": ("mobilized against", "MOBILIZE", 4, False),
    "headOfState": ("is head of state of", None, None, False),
    "partyTo": ("is party to", None, None, False),
    "memberOf": ("is a member of", None, None, False),
}
PLACES = {"Vladivostok": "wd:Q959", "Pyongyang": "wd:Q18808", "Alaska": "wd:Q797"}
BY_KCNA = {"attribution": ["Korean Central News Agency"]}
STATEMENTS: list[tuple[str, str, str, str, dict[str, Any]]] = [
    (
        PUTIN,
        "Meet",
        KIM,
        "[Mr Putin] {met} [Mr Kim] in Vladivostok in April 2019.",
        {"time": "2019-04", "place": "Vladivostok"},
    ),
    (
        PUTIN,
        "Phone",
        KIM,
        "[Mr Putin] {spoke with} [Kim] on Tuesday ahead of his summit with Mr Trump, KCNA said.",
        {"time": "2025-08-12", "topic": "the Alaska summit", **BY_KCNA},
    ),
    (
        PUTIN,
        "Correspond",
        KIM,
        "[Putin] praises North Korean 🇰🇵 troops in {letter} to [Kim Jong-un] — and Kim answers.",
        {"time": "2025-08-14"},
    ),
    (
        PUTIN,
        "Meet",
        TRUMP,
        "[Mr Putin] is set to {meet} [Mr Trump] for the first time since the US president's return.",
        {"modality": "planned", "time": "2025-08-15", "place": "Alaska", "topic": "a ceasefire in Ukraine"},
    ),
    (
        VOLODIN,
        "Meet",
        KIM,
        "Vyacheslav Volodin delivered Mr Putin's letter when [he] {met} [Mr Kim] in Pyongyang.",
        {"time": "2025-08-14", "place": "Pyongyang", **BY_KCNA},
    ),
    (VOLODIN, "Praise", TROOPS, "Russia will always remember the [North Korean troops], [Mr Volodin] said.", {}),
    (PUTIN, "Praise", TROOPS, "[Putin] {praises} ‘heroic’ [North Korean troops] fighting in Ukraine.", {}),
    (PUTIN, "Visit", KOREA, "[Mr Putin] {made a trip} to [North Korea] in June 2024.", {"time": "2024-06"}),
    (KOREA, "MilitaryAid", RUSSIA, "[North Korea] sent around 15,000 troops to fight in the war.", {}),
    (KOREA, "MilitaryAid", RUSSIA, "Mr Kim has also agreed to send thousands of deminers.", {"modality": "planned"}),
    (
        KOREA,
        "SignAgreement",
        RUSSIA,
        "The two countries {signed} a treaty to strengthen their alliance.",
        {"time": "2024-06-19"},
    ),
    (
        RUSSIA,
        "SignAgreement",
        KOREA,
        "[Russia] and [North Korea] {signed} a treaty.",
        {"time": "2024-06-19", **KYIV_POST},
    ),
    (KOREA, "partyTo", PACT, "[North Korea] is {party} to the [Comprehensive Strategic Partnership].", {}),
    (RUSSIA, "partyTo", PACT, "[Russia] is {party} to the [Comprehensive Strategic Partnership].", {}),
    (PUTIN, "headOfState", RUSSIA, "The [Russian] {president} [Vladimir Putin] praised the troops.", {}),
    (KIM, "headOfState", KOREA, "[Kim Jong Un], the {leader} of [North Korea], answered.", {}),
    (TRUMP, "headOfState", STATES, "[US {president}] [Donald Trump] returned.", {}),
    (ZELENSKYY, "headOfState", UKRAINE, "[Ukrainian] {President} [Volodymyr Zelenskyy] met Trump.", {}),
    (RUSSIA, "Attack", UKRAINE, "[Russia] {invaded} [Ukraine] in February 2022.", {"time": "2022-02"}),
    (RUSSIA, "Attack", UKRAINE, "[Russia] {attacked} [Ukraine] overnight.", {"time": "2025-08-18", **KYIV_POST}),
    (
        RUSSIA,
        "Attack",
        UKRAINE,
        "[Russia] {attacked} [Ukraine] for two nights.",
        {"time": "2025-08-18/2025-08-19", **KYIV_POST},
    ),
    (RUSSIA, "Attack", UKRAINE, "[Russia] {attacked} [Ukraine] again.", {"time": "2025-08-20", **KYIV_POST}),
    (RUSSIA, "Threaten", UKRAINE, "[Russia] {threatened} further strikes on [Ukraine].", KYIV_POST),
    (UKRAINE, "Attack", KURSK, "[Ukraine] managed to establish a foothold in the [Kursk region].", {"time": "2024-08"}),
    (TROOPS, "Attack", KURSK, "[The troops] took part in liberating [Kursk].", BY_KCNA),
    (
        STATES,
        "Sanction",
        RUSSIA,
        "The [United States] has not {sanctioned} [Russia] again.",
        {"modality": "denied", **KYIV_POST},
    ),
    (TRUMP, "Meet", ZELENSKYY, "[Zelenskyy] {met} [Trump] at the White House.", {"time": "2025-08-18"}),
    (TRUMP, "Criticize", PUTIN, "[Trump] {criticized} [Putin] over the strikes.", KYIV_POST),
    (NATO, "Mobilize", RUSSIA, "[NATO] {scrambled} war planes overnight.", {"time": "2025-08-19", **KYIV_POST}),
    (KCNA, "Criticize", STATES, "[KCNA] {criticized} the [United States].", {}),
    (STATES, "memberOf", NATO, "The [United States] is a {member} of [NATO].", KYIV_POST),
]


def news() -> "nx.MultiDiGraph[str]":
    """August 2025 in fourteen entities and 31 statements."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(title="Pyongyang, Moscow, Washington", documents=2)
    for id_, (name, type_) in ENTITIES.items():
        add_entity(graph, id_, name, type_)
    for actor, type_, recipient, marked, fields in STATEMENTS:
        connect(graph, actor, type_, recipient, **read_marks(marked), **fields)
    return graph


def read_marks(marked: str) -> dict[str, Any]:
    """The sentence with the offsets of its [names] and of its {trigger}."""
    quote, marks, trigger = "", [], None
    begun: dict[str, int] = {}
    for sign in marked:
        if sign in "[{":
            begun[sign] = len(quote)
        elif sign == "]":
            marks.append([begun["["], len(quote)])
        elif sign == "}":
            trigger = [begun["{"], len(quote)]
        else:
            quote += sign
    return {"quote": quote, "marks": marks, "trigger": trigger}


def add_entity(graph: "nx.MultiDiGraph[str]", id_: str, name: str, type_: str) -> None:
    """Adds the entity as a node."""
    base = "http://www.wikidata.org/entity/" if id_.startswith("wd:") else "https://w3id.org/geokg/entity/"
    graph.add_node(id_, name=name, type=type_, iri=base + id_.partition(":")[2])


def connect(
    graph: "nx.MultiDiGraph[str]", actor: str, type_: str, recipient: str, modality: str = "asserted", **fields: Any
) -> None:
    """Adds one statement to the edge of its type and modality between the two."""
    label, plover, quad, symmetric = VERBS[type_]
    key = f"{type_}-{modality}"
    if not graph.has_edge(actor, recipient, key):
        kind = "event" if plover else "relation"
        graph.add_edge(
            actor,
            recipient,
            key,
            type=type_,
            label=label,
            kind=kind,
            plover=plover,
            quad=quad,
            modality=modality,
            symmetric=symmetric,
            statements=[],
        )
    statements = graph.edges[actor, recipient, key]["statements"]
    empty: dict[str, Any] = {
        "time": None,
        "place": None,
        "attribution": [],
        "topic": None,
        "confidence": 0.86,
        "marks": [],
        "trigger": None,
    }
    statement = {"id": f"{actor} {recipient} {key} {len(statements)}"} | empty | INDEPENDENT | fields
    days = bounds(statement["time"] or "") or bounds(statement["published"])
    statement |= {"days": [day.isoformat() for day in days] if days else None}
    statements.append(statement | {"place_id": PLACES.get(statement["place"])})
