"""How well extracted statements and entities agree with annotated articles.

A gold and a predicted statement may be paired where they have the same PLOVER root (or type), share an actor and, where
gold has recipients, a recipient, and their passages overlap. Pairs are made one to one, best first. Precision, recall
and F1 are micro-averaged over documents; `optional` gold statements are neither missed nor wrong. The measure is that
of the statement contract: see `docs/statements.md`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from kg.errors import SourceError
from kg.model import Document, Entity, Mention, Statement
from kg.nlp.pipeline import OWN, Extractors
from kg.ontology import RELATION, types
from kg.rdf import complete_mentions
from kg.statements import analyse, to_entities, to_statements

Keys = frozenset[str]

_TITLES = [
    *"the a an mr mrs ms dr sir lord president pm chancellor king queen sultan general gen".split(),
    "prime minister",
    "foreign minister",
    "secretary general",
]
_LEVELS = ("root", "type")
_KINDS = ("event", "relation", "all")
_SLOTS = ("time", "place", "modality", "attribution")


class Claim(NamedTuple):
    """A statement as the comparison sees it: parties as sets of normalized names and ids."""

    type: str
    actor: tuple[Keys, ...]
    recipient: tuple[Keys, ...]
    attribution: tuple[Keys, ...]
    place: Keys | None
    time: str | None
    modality: str
    passage: Counter[str]
    optional: bool = False


class GoldDocument(NamedTuple):
    """An annotated article; of each claim also how it reads, and its evidence."""

    document: Document
    entities: list[tuple[Keys, str | None]]
    claims: list[Claim]
    told: list[tuple[str, str]]


class Difference(NamedTuple):
    """A statement that is `missed` or `wrong` in a document, and the passage that tells it or from which it was made."""

    document: str
    what: str
    statement: str
    evidence: str


class Figures(NamedTuple):
    """Precision, recall and F1 with their counts."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """The share of the predicted ones that are right."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """The share of the gold ones that were found."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        precision, recall, f1 = (round(figure, 4) for figure in (self.precision, self.recall, self.f1))
        counts = f"{self.right} right of {self.predicted} predicted, {self.gold} gold"
        return f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}   ({counts})"


class Accuracy(NamedTuple):
    """The share of right slots."""

    right: int
    of: int

    def __str__(self) -> str:
        return f"accuracy {round(self.right / self.of, 4) if self.of else None}   ({self.right} of {self.of})"


def normalize(name: str) -> str:
    """A name in lower case without punctuation, determiners, titles and possessive endings.

    >>> normalize("Mr. Putin's"), normalize("the U.S. President Donald Trump")
    ('putin', 'us president donald trump')
    """
    text = re.sub(r"['’`]s\b", "", name.lower())
    text = re.sub(r"\b(?:\w\.){2,}", lambda match: match.group().replace(".", ""), text)
    text = " ".join(re.sub(r"[^\w\s]", " ", text).split())
    while " " in text and (title := next((title for title in _TITLES if f"{text} ".startswith(f"{title} ")), None)):
        text = text[len(title) :].strip() if len(text) > len(title) else text.split(" ")[-1]
    return text


def read_gold(path: Path) -> list[GoldDocument]:
    """The annotated articles of a folder, sorted by file; SourceError where there are none or one is malformed."""
    files = sorted(path.glob("*.json"))
    if not files:
        raise SourceError(
            f"{path} holds no gold articles: give a folder of JSON files with text, entities and statements"
        )
    return [_read_article(file) for file in files]


def _read_article(file: Path) -> GoldDocument:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        published = date.fromisoformat(data["date"]) if data.get("date") else None
        document = Document(data["id"], data["text"], data.get("title") or "", data.get("url"), None, published)
        ids = {entity["id"]: entity.get("wikidata") for entity in data["entities"]}
        keys = {entity["id"]: _entity_keys(entity) for entity in data["entities"]}
        claims = [_gold_claim(record, keys) for record in data["statements"]]
        names = {entity["id"]: entity["names"][0] for entity in data["entities"]}
        told = [(_gold_line(record, names), record["evidence"]) for record in data["statements"]]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise SourceError(
            f"{file} is no gold article ({type(error).__name__}: {error}): see docs/statements.md"
        ) from error
    return GoldDocument(document, [(keys[id_], wikidata) for id_, wikidata in ids.items()], claims, told)


def _entity_keys(entity: dict[str, Any]) -> Keys:
    wikidata = {f"wd:{entity['wikidata']}"} if entity.get("wikidata") else set()
    return frozenset({normalize(name) for name in entity["names"]} | wikidata)


def _gold_claim(record: dict[str, Any], keys: dict[str, Keys]) -> Claim:
    actor, recipient, attribution = (
        tuple(keys[id_] for id_ in record.get(role) or ()) for role in ("actor", "recipient", "attribution")
    )
    place = keys[record["place"]] if record.get("place") else None
    return Claim(
        types()[record["type"]].name, actor, recipient, attribution, place, record.get("time"), record["modality"],
        words(record["evidence"]), bool(record.get("optional")),
    )  # fmt: skip


def _gold_line(record: dict[str, Any], names: dict[str, str]) -> str:
    actor, recipient = (", ".join(names[id_] for id_ in record.get(role) or ()) for role in ("actor", "recipient"))
    return f"{actor} — {record['type']} → {recipient or '·'}"


def words(text: str) -> Counter[str]:
    """The words of a passage in lower case, with their counts."""
    return Counter(re.findall(r"\w+", text.lower()))


def to_claim(statement: Statement) -> Claim:
    """A predicted statement as the comparison sees it."""
    actor, recipient, attribution = (
        tuple(_keys(mention) for mention in role)
        for role in (statement.actor, statement.recipient, statement.attribution)
    )
    place = _keys(statement.place) if statement.place else None
    time = statement.time.value if statement.time else None
    return Claim(
        statement.type, actor, recipient, attribution, place, time, statement.modality, words(statement.evidence.quote)
    )


def _keys(mention: Mention) -> Keys:
    return frozenset({normalize(mention.entity.name), normalize(mention.text), mention.entity.id})


def _overlap(some: Counter[str], other: Counter[str]) -> float:
    """The share of the shorter passage's words that stand in the other too."""
    return sum((some & other).values()) / max(1, min(some.total(), other.total()))


def _in_common(some: Iterable[Keys], others: Iterable[Keys]) -> bool:
    return any(a & b for a in some for b in others)


def _sides_agree(gold: Claim, guess: Claim) -> bool:
    if types()[gold.type].symmetric or types()[guess.type].symmetric:
        parties, guessed = gold.actor + gold.recipient, guess.actor + guess.recipient
        return sum(any(a & b for b in guessed) for a in parties) >= min(2, len(parties))
    if not _in_common(gold.actor, guess.actor):
        return False
    return not gold.recipient or _in_common(gold.recipient, guess.recipient)


def _class(claim: Claim, level: str) -> str | None:
    type_ = types()[claim.type]
    return type_.name if level == "type" or type_.kind == RELATION else type_.plover


def agreement(gold: Claim, guess: Claim, level: str) -> float:
    """How well a guess fits a gold statement; 0 where the two may not be paired."""
    if _class(gold, level) != _class(guess, level) or not _sides_agree(gold, guess):
        return 0.0
    near = _overlap(gold.passage, guess.passage)
    if near < 0.5 and types()[gold.type].kind != RELATION and gold.type != guess.type:
        return 0.0
    complete = all(any(a & b for b in guess.actor + guess.recipient) for a in gold.actor + gold.recipient)
    return 1 + near + complete + (gold.type == guess.type) + _same_time(gold.time, guess.time) / 2


def _same_time(gold: str | None, guess: str | None) -> bool:
    """Equal, or equal as far as gold says."""
    if not gold or not guess:
        return False
    return guess.startswith(gold) or (gold.startswith(f"{guess}-") and "/" not in gold)


def pair(gold: list[Claim], guesses: list[Claim], level: str) -> tuple[dict[int, int], set[int]]:
    """One-to-one pairs (gold number → guess number), best first; and the guesses that only repeat a paired gold one."""
    scored = [
        (score, i, j)
        for i, one in enumerate(gold)
        for j, guess in enumerate(guesses)
        if (score := agreement(one, guess, level))
    ]
    scored.sort(key=lambda row: (-row[0], row[1], row[2]))
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, i, j in scored:
        if i not in pairs and j not in used:
            pairs[i] = j
            used.add(j)
    repeats = {j for _, i, j in scored if i in pairs and j not in used}
    return pairs, repeats


def compare(gold: dict[str, list[Claim]], guesses: dict[str, list[Claim]]) -> dict[str, Figures | Accuracy]:
    """Figures by kind and level (`event, root`, …), and the accuracy of the slots of paired statements."""
    result: dict[str, Figures | Accuracy] = {}
    for level in _LEVELS:
        for kind in _KINDS:
            counts = [_count(_of_kind(gold[id_], kind), _of_kind(guesses.get(id_, []), kind), level) for id_ in gold]
            result[f"{kind}, {level}"] = Figures(*(sum(column) for column in zip(*counts, strict=True)))
    return result | _slots(gold, guesses)


def _of_kind(claims: list[Claim], kind: str) -> list[Claim]:
    return [claim for claim in claims if kind in ("all", types()[claim.type].kind)]


def _count(gold: list[Claim], guesses: list[Claim], level: str) -> tuple[int, int, int]:
    pairs, repeats = pair(gold, guesses, level)
    right = sum(not gold[i].optional for i in pairs)
    return right, len(guesses) - len(repeats) - (len(pairs) - right), sum(not claim.optional for claim in gold)


def _slots(gold: dict[str, list[Claim]], guesses: dict[str, list[Claim]]) -> dict[str, Figures | Accuracy]:
    """The accuracy of each slot; where gold has no time or place these do not count."""
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for id_, claims in gold.items():
        guessed = guesses.get(id_, [])
        for i, j in pair(claims, guessed, "root")[0].items():
            for slot, good in _checks(claims[i], guessed[j]).items():
                of[slot] += 1
                right[slot] += good
    return {slot: Accuracy(right[slot], of[slot]) for slot in _SLOTS}


def _checks(gold: Claim, guess: Claim) -> dict[str, bool]:
    said = _in_common(gold.attribution, guess.attribution) if gold.attribution else not guess.attribution
    checks = {"modality": gold.modality == guess.modality, "attribution": said}
    if gold.time:
        checks["time"] = _same_time(gold.time, guess.time)
    if gold.place:
        checks["place"] = bool(guess.place and gold.place & guess.place)
    return checks


def compare_entities(
    gold: Iterable[GoldDocument], found: dict[str, list[tuple[Entity, list[str]]]]
) -> dict[str, Figures | Accuracy]:
    """Figures for the entities of each document, by name, and the share of Wikidata ids that are right."""
    right = guessed = wanted = linked = links = 0
    for article in gold:
        theirs = [_found_keys(entity, words) for entity, words in found.get(article.document.id, [])]
        for keys, wikidata in article.entities:
            match = next((other for other in theirs if other & keys), None)
            right += match is not None
            if match is not None and wikidata:
                links += 1
                linked += f"wd:{wikidata}" in match
        guessed += len(theirs)
        wanted += len(article.entities)
    return {"entities": Figures(right, guessed, wanted), "linking": Accuracy(linked, links)}


def _found_keys(entity: Entity, words: list[str]) -> Keys:
    return frozenset({normalize(entity.name), entity.id, *(normalize(word) for word in words)})


def differences(article: GoldDocument, statements: list[Statement]) -> Iterator[Difference]:
    """What of an article is missed and what is wrong, compared by root; optional statements are neither."""
    pairs, repeats = pair(article.claims, [to_claim(statement) for statement in statements], "root")
    known = repeats.union(pairs.values())
    for number, (line, evidence) in enumerate(article.told):
        if number not in pairs and not article.claims[number].optional:
            yield Difference(article.document.id, "missed", line, evidence)
    for number, statement in enumerate(statements):
        if number not in known:
            yield Difference(article.document.id, "wrong", str(statement), statement.evidence.quote)


def evaluate(
    path: Path, model: str, extractors: Extractors = OWN, on_difference: Callable[[Difference], None] | None = None
) -> dict[str, Figures | Accuracy]:
    """Extracts the gold articles of a folder and compares: the rows that `kg eval` prints.

    `on_difference` hears of each statement that is missed or wrong, article by article.
    """
    gold = read_gold(path)
    articles = {article.document.id: article for article in gold}
    guesses: dict[str, list[Claim]] = {}
    found = {}
    for document, doc in analyse((article.document for article in gold), model, extractors=extractors):
        statements = to_statements(document, doc)
        guesses[document.id] = [to_claim(statement) for statement in statements]
        if on_difference:
            for difference in differences(articles[document.id], statements):
                on_difference(difference)
        found[document.id] = complete_mentions(to_entities(doc), statements)
    figures = compare({article.document.id: article.claims for article in gold}, guesses)
    return figures | compare_entities(gold, found)
