"""Where statements come from: who says so, in which sentence of which document, and what found it.

The rows are those of the named query `provenance`, so that whoever asks by SPARQL gets the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg.errors import StoreError
from kg.ontology import iri
from kg.queries import named_queries
from kg.store import Store, Value

_STATEMENT = re.compile(r"(?:s:)?([0-9a-f]{16})")
_BETWEEN = """SELECT DISTINCT ?statement {
  VALUES ?one { %s } VALUES ?other { %s }
  ?statement kg:actor|kg:recipient ?one . ?statement kg:actor|kg:recipient ?other .
}"""
_PARTIES = """SELECT ?statement ?role ?name ?begin ?end {
  VALUES ?statement { %s }
  VALUES (?role ?plays ?mentioned) {
    ("actor" kg:actor kg:actorMention) ("recipient" kg:recipient kg:recipientMention)
    ("place" kg:place kg:placeMention) ("attribution" kg:attributedTo kg:attributionMention)
  }
  ?statement ?plays ?entity . ?statement ?mentioned ?phrase .
  ?phrase itsrdf:taIdentRef ?entity ; nif:beginIndex ?begin ; nif:endIndex ?end .
  ?entity rdfs:label ?name .
} ORDER BY ?statement ?role ?begin"""
_TIMES = "SELECT ?statement ?time { VALUES ?statement { %s } ?statement kg:time ?time }"
_MANY = 500


class Account(NamedTuple):
    """A statement with where it comes from.

    `parties` are the names by role (`actor`, `recipient`, `place`, `attribution`); `start` and `end` the characters of the
    sentence in the document; `trigger` those of the words that evoke the statement, None where these are not known.
    """

    id: str
    what: str
    modality: str
    confidence: float
    parties: dict[str, list[str]]
    time: str | None
    sentence: str
    start: int
    end: int
    trigger: tuple[int, int] | None
    document: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None
    component: str | None
    run: str | None
    model: str | None
    version: str | None

    @property
    def marked(self) -> tuple[str, str, str]:
        """The sentence before the trigger, the trigger, and the sentence behind it."""
        first, last = self.trigger or (self.start, self.start)
        first, last = (min(max(0, at - self.start), len(self.sentence)) for at in (first, last))
        return self.sentence[:first], self.sentence[first:last], self.sentence[last:]


def explain_statement(store: Store, name: str) -> list[Account]:
    """The account of the statement with that id (`s:1877ced5147c4a54`); StoreError where there is none."""
    match = _STATEMENT.fullmatch(name)
    found = _accounts(store, [f"s:{match[1]}"]) if match else []
    if not found:
        raise StoreError(f"no statement has the id {name!r}: find it with `kg query KG provenance`")
    return found


def explain_pair(store: Store, one: str, other: str) -> list[Account]:
    """The accounts of all statements in which two entities, given by id or name, are parties; StoreError where one is not known."""
    nodes = [iri(store.find_entity(name).id).n3() for name in (one, other)]
    return _accounts(store, sorted(str(row[0]) for row in store.query(_BETWEEN % tuple(nodes)).rows))


def is_statement(name: str) -> bool:
    """True of what looks like the id of a statement."""
    return _STATEMENT.fullmatch(name) is not None


def _accounts(store: Store, statements: list[str]) -> list[Account]:
    found: list[Account] = []
    for start in range(0, len(statements), _MANY):
        wanted = " ".join(iri(id_).n3() for id_ in statements[start : start + _MANY])
        parties, times = _parties(store, wanted), _times(store, wanted)
        text = named_queries()["provenance"].text
        only = text.replace("WHERE {", f"WHERE {{ VALUES ?statement {{ {wanted} }}", 1)
        found += [_account(row, parties[str(row["statement"])], times) for row in store.query(only).to_dicts()]
    return sorted(found, key=lambda account: (account.published or "", account.document, account.start, account.id))


def _parties(store: Store, wanted: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for statement, role, name, _, _ in store.query(_PARTIES % wanted).rows:
        names = found[str(statement)][str(role)]
        if str(name) not in names:
            names.append(str(name))
    return found


def _times(store: Store, wanted: str) -> dict[str, str]:
    return {str(statement): str(time) for statement, time in store.query(_TIMES % wanted).rows}


def _account(row: dict[str, Value], parties: dict[str, list[str]], times: dict[str, str]) -> Account:
    def text(name: str) -> str | None:
        return None if row[name] is None else str(row[name])

    trigger = row["trigger_begin"], row["trigger_end"]
    return Account(
        id=str(row["statement"]),
        what=str(row["what"]),
        modality=str(row["modality"]),
        confidence=float(str(row["confidence"])),
        parties=dict(parties),
        time=times.get(str(row["statement"])),
        sentence=str(row["sentence"]),
        start=int(str(row["begin"])),
        end=int(str(row["end"])),
        trigger=None if None in trigger else (int(str(trigger[0])), int(str(trigger[1]))),
        document=str(row["document"]),
        **{
            name: text(name) for name in ("title", "outlet", "published", "url", "component", "run", "model", "version")
        },
    )


def lines(account: Account) -> Iterator[str]:
    """What a reader wants to know of an account behind its sentence: document and place in it, then what found it."""
    about = [account.outlet, account.title and f"“{account.title}”", account.published, account.url]
    yield f"{_joined(about)} ({account.document}, characters {account.start} to {account.end})".lstrip()
    trigger = f"“{account.marked[1]}”" if account.trigger else None
    how = [account.component, trigger and f"by {trigger}", f"confidence {account.confidence:g}"]
    run = f"kg {account.version} with {account.model}, {account.run}" if account.model else account.run
    yield _joined([*how, run])


def _joined(parts: Iterable[str | None]) -> str:
    return ", ".join(part for part in parts if part)
