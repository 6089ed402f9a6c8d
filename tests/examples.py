"""One small document and its statements, made by hand: what the tests of everything behind the extraction speak of."""

from datetime import date
from typing import Any

from kg.model import Document, Entity, Evidence, Mention, Quantity, Statement, Time
from kg.ontology import types

PUTIN = Entity("wd:Q7747", "Person", "Vladimir Putin")
KIM = Entity("wd:Q56226", "Person", "Kim Jong Un")
RUSSIA = Entity("wd:Q159", "Country", "Russia")
NORTH_KOREA = Entity("wd:Q423", "Country", "North Korea")
PYONGYANG = Entity("wd:Q18808", "City", "Pyongyang")
KCNA = Entity("kge:Media-kcna", "Media", "Korean Central News Agency")
VOLODIN = Entity("kge:Person-vyacheslav-volodin", "Person", "Vyacheslav Volodin")
NAMES = {
    "Putin": PUTIN,
    "Kim": KIM,
    "Russia": RUSSIA,
    "North Korea": NORTH_KOREA,
    "Pyongyang": PYONGYANG,
    "KCNA": KCNA,
    "Volodin": VOLODIN,
}
"""The words of the examples' texts, each with the entity that it names."""


def document(text: str, id_: str = "d1", **fields: Any) -> Document:
    """The text as a document of 15 August 2025."""
    known: dict[str, Any] = {"title": text[:20], "source": "Daily", "published": date(2025, 8, 15)}
    return Document(id_, text, **(known | fields))


def mention(of: Document, words: str) -> Mention:
    """The first place where the document names the entity by these words."""
    start = of.text.index(words)
    return Mention(NAMES[words], words, start, start + len(words))


def statement(of: Document, type_: str, actor: str, recipient: str = "", **fields: Any) -> Statement:
    """A statement whose evidence is the whole document; entities are given by their words, joined by commas."""
    for role in ("place", "attribution"):
        if role in fields:
            found = tuple(mention(of, words) for words in fields[role].split(", "))
            fields[role] = found[0] if role == "place" else found
    return Statement(
        kind=types()[type_].kind,
        type=type_,
        plover=types()[type_].plover,
        evidence=Evidence(of.id, 0, len(of.text), of.text),
        actor=tuple(mention(of, words) for words in actor.split(", ")),
        recipient=tuple(mention(of, words) for words in recipient.split(", ") if words),
        **fields,
    )


MEETING = document("Putin met Kim in Pyongyang on Thursday, KCNA said.", url="https://example.org/meeting")
MET = statement(
    MEETING,
    "Meet",
    "Putin",
    "Kim",
    place="Pyongyang",
    attribution="KCNA",
    time=Time("2025-08-14", "on Thursday"),
    topic="their treaty",
    cameo="040",
    confidence=0.86,
)
TREATY = document("Russia and North Korea will sign a pact; Kim denied that Russia paid 5,000 troops.", "d2")
SIGN = statement(TREATY, "SignAgreement", "Russia, North Korea", modality="planned", confidence=0.7)
NO_AID = statement(
    TREATY,
    "MilitaryAid",
    "Russia",
    "North Korea",
    modality="denied",
    attribution="Kim",
    quantity=(Quantity(5000.0, "troops", "5,000 troops"),),
    confidence=0.5,
)
