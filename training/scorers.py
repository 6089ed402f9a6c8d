"""Trains the scorers of `kg.nlp.scoring` and writes `seeds/models/scorers.json.gz`.

    python -m training.scorers --data ../shared/data --gold ../shared/gold

Cross-validates too, and writes `benchmarks/scorers.md`. Needs what `training/reader.py` writes, and scikit-learn (see
training/requirements.txt); takes about twenty minutes. Two stages: `trigger`, `actor` and
`recipient` judge a word or a mention; `statement` judges the whole, and learns from what the first three, trained on
the other folds, make of each document.
"""

import gzip
import json
import multiprocessing
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from spacy.tokens import Doc

from kg.evaluation import Claim, Keys, compare, normalize, pair, words
from kg.gazetteer import load_gazetteer
from kg.model import Document
from kg.nlp.candidates import Candidate, Side, choose_parties, log_odds, statement_features
from kg.nlp.events import THRESHOLD, Events
from kg.nlp.pairs import Pair
from kg.nlp.pipeline import WITHOUT_READER, load_pipeline
from kg.nlp.reader import OWN as OWN_READER
from kg.nlp.reader import Reader, load_reader
from kg.nlp.scoring import Scorer, use_scorers
from kg.ontology import EVENT, RELATION, types
from kg.statements import analyse, to_entities
from training.examples import Example, Told, heads_of, keys_of, parse_folders, read_examples

Weights = dict[str, float]
Decided = tuple[float, Side, Side]
"""The probability of a trigger, and its parties."""
Guess = tuple[Claim, float]
"""An event that was found, and its confidence."""
READER = {"without": "", "with": ", read"}
"""Scorers without and with a reader, with what stands behind their names."""
READERS = Path(__file__).parent.parent / "build" / "reader"
AFTER_DATES = ("kg_events", "kg_relations", "kg_salience")
_TARGET = Path(__file__).parent.parent / "seeds" / "models" / "scorers.json.gz"
_REPORT = Path(__file__).parent.parent / "benchmarks" / "scorers.md"
_HEADING = """# Events, cross-validated

Five folds by document over the training examples; written by `python -m training.scorers`."""
_FOLDS, _BINS = 5, 10
_RARE = 2
_STRENGTH = {
    "trigger": 1.0,
    "actor": 0.5,
    "recipient": 0.5,
    "statement": 0.3,
    "relation": 0.4,
    "entity": 0.3,
    "calibration": 100.0,
}
"""Inverse strength of the regularization, by cross-validation."""
_OPTIONAL, _SAME_ROOT, _AGAIN, _TAUGHT = 0.5, 0.4, 0.5, 3.0
"""How much an optional statement counts, a trigger whose statement has another type of the same root, a second entity for one,
and a candidate in an example of the ontology."""


class Rows:
    """Training rows of one scorer."""

    def __init__(self) -> None:
        self.features: list[dict[str, float]] = []
        self.labels: list[bool] = []
        self.weights: list[float] = []

    def add(self, features: Iterable[str] | dict[str, float], label: bool, weight: float = 1.0) -> None:
        """Adds a row; features without values have the value 1."""
        self.features.append(features if isinstance(features, dict) else dict.fromkeys(features, 1.0))
        self.labels.append(label)
        self.weights.append(weight)

    def extend(self, other: "Rows") -> None:
        """Adds the rows of another collection."""
        self.features += other.features
        self.labels += other.labels
        self.weights += other.weights

    def fit(self, strength: float) -> Weights:
        """The weights of a logistic regression; rare features and tiny weights are left out."""
        counts = Counter(feature for row in self.features for feature in row)
        kept = [{name: value for name, value in row.items() if counts[name] >= _RARE} for row in self.features]
        vectorizer = DictVectorizer()
        matrix = vectorizer.fit_transform(kept).tocsr()
        matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
        model = LogisticRegression(C=strength, max_iter=300, solver="liblinear", fit_intercept=False, random_state=0)
        model.fit(matrix, self.labels, sample_weight=self.weights)
        rounded = {name: round(float(w), 3) for name, w in zip(vectorizer.feature_names_, model.coef_[0], strict=True)}
        return {name: weight for name, weight in sorted(rounded.items()) if abs(weight) >= 0.01}


class Trial(NamedTuple):
    """A candidate with the names of its mentions and the statements that its trigger tells."""

    candidate: Candidate
    keys: list[Keys]
    told: list[Told]
    sentence: Counter[str]


def trials_of(events: Events, doc: Doc, example: Example) -> list[list[Trial]]:
    """The candidates of an annotated document, grouped by trigger word."""
    gazetteer, heads = load_gazetteer(), heads_of(doc, example)
    found = []
    for candidates in events.candidates(doc):
        keys: dict[tuple[int, int, str], Keys] = {}
        for span in (span for candidate in candidates for span in candidate.mentions):
            keys.setdefault((span.start, span.end, span.kb_id_), keys_of(span, gazetteer, heads))
        sentence = words(candidates[0].match.head.sent.text)
        group = []
        for candidate in candidates:
            tokens = candidate.match.tokens
            told = [t for t in example.told if any(_stands_in(token.idx, len(token), t.trigger) for token in tokens)]
            named = [keys[span.start, span.end, span.kb_id_] for span in candidate.mentions]
            group.append(Trial(candidate, named, told, sentence))
        found.append(group)
    return found


def _stands_in(start: int, length: int, characters: tuple[int, int]) -> bool:
    return start < characters[1] and characters[0] < start + length


Trials = dict[str, list[list[Trial]]]
"""By document the candidates of each trigger word."""
Found = dict[str, dict[str, list[Guess]]]
"""What is found, by kind of document and id."""


def first_stage(groups: Iterable[list[Trial]], taught: Rows) -> dict[str, Weights]:
    """The weights of the scorers of triggers, actors and recipients; `taught` are rows of triggers from the ontology."""
    rows = {name: Rows() for name in ("trigger", "actor", "recipient")}
    rows["trigger"].extend(taught)
    for group in groups:
        offered = {trial.candidate.match.trigger.type for trial in group}
        for trial in group:
            _add_trial(rows, trial, offered)
    return {name: rows[name].fit(_STRENGTH[name]) for name in rows}


def taught_rows(events: Events) -> Rows:
    """Rows of triggers from the example that the ontology gives of each type: the word that tells it tells nothing else."""
    rows = Rows()
    documents = [Document(type_.name, type_.example) for type_ in types().values() if type_.kind == EVENT]
    for document, doc in analyse(documents, without=AFTER_DATES, extractors=WITHOUT_READER):
        for candidates in events.candidates(doc):
            if any(candidate.match.trigger.type == document.id for candidate in candidates):
                for candidate in candidates:
                    rows.add(candidate.features, candidate.match.trigger.type == document.id, _TAUGHT)
    return rows


def _add_trial(rows: dict[str, Rows], trial: Trial, offered: set[str]) -> None:
    """Adds the rows of a candidate; `offered` are the types of all candidates of its trigger word.

    Where none of them is the type that is told, one of the same root is a little right.
    """
    type_ = types()[trial.candidate.match.trigger.type]
    exact = [told for told in trial.told if told.type == type_.name]
    related = any(types()[t.type].plover == type_.plover and t.type not in offered for t in trial.told)
    weight = 1.0 if any(not told.optional for told in exact) else _OPTIONAL
    rows["trigger"].add(trial.candidate.features, bool(exact) or related, _weight(exact, related, weight))
    if exact:
        _add_parties(rows, trial, min(exact, key=lambda told: told.optional), weight)


def _weight(exact: list[Told], related: bool, weight: float) -> float:
    if exact:
        return weight
    return _SAME_ROOT if related else 1.0


def parties_of(trial: Trial, told: Told) -> dict[str, tuple[set[int], set[int]]]:
    """By role the mentions of a statement's parties, and their other ones, which teach nothing; of a symmetric type all act."""
    if types()[told.type].symmetric:
        return {"actor": _mentions_of(trial, told.actors + told.recipients)}
    return {"actor": _mentions_of(trial, told.actors), "recipient": _mentions_of(trial, told.recipients)}


def _add_parties(rows: dict[str, Rows], trial: Trial, told: Told, weight: float) -> None:
    for role, (right, unclear) in parties_of(trial, told).items():
        for number, features in enumerate(trial.candidate.roles):
            if number not in unclear:
                rows[role].add(features, number in right, weight)


def _mentions_of(trial: Trial, wanted: list[Keys]) -> tuple[set[int], set[int]]:
    """For each entity its mention that grammar ties best to the trigger; and its other ones, which teach nothing."""
    right: set[int] = set()
    other: set[int] = set()
    for entity in wanted:
        numbers = [number for number, keys in enumerate(trial.keys) if keys & entity]
        if numbers:
            right.add(max(numbers, key=lambda number: _tie(trial.candidate.roles[number])))
            other |= set(numbers)
    return right, other - right


def _tie(features: list[str]) -> tuple[bool, int, int, int]:
    """How closely a mention is tied to a trigger: by its sentence, the rules, its positions, the shortness of the way."""
    by_rule = sum(feature.startswith(("rule actor=True", "rule recipient=True")) for feature in features)
    held = sum(feature.startswith("at ") for feature in features)
    return (
        "before" not in features,
        by_rule,
        held,
        -sum(feature.count(" ") for feature in features if feature.startswith("path=")),
    )


def decide(trial: Trial, weights: dict[str, Weights]) -> Decided | None:
    """What the first stage makes of a candidate."""
    candidate = trial.candidate
    trigger, actor, recipient = (Scorer(weights[name]) for name in ("trigger", "actor", "recipient"))
    actors, recipients = choose_parties(
        candidate,
        [actor.probability(features) for features in candidate.roles],
        [recipient.probability(features) for features in candidate.roles],
    )
    return (trigger.probability(candidate.features), actors, recipients) if actors else None


def second_stage(trials: Trials, taught: Rows, claims: dict[str, list[Claim]]) -> Weights:
    """The weights of the scorer of statements, from first stages that have not seen the document."""
    documents = sorted(trials)
    random.Random(1).shuffle(documents)
    rows = Rows()
    for fold in range(_FOLDS):
        held_back = set(documents[fold::_FOLDS])
        weights = first_stage((group for id_ in documents if id_ not in held_back for group in trials[id_]), taught)
        for id_ in sorted(held_back):
            _judge(rows, [trial for group in trials[id_] for trial in group], weights, claims[id_])
    return rows.fit(_STRENGTH["statement"])


def _judge(rows: Rows, trials: list[Trial], weights: dict[str, Weights], gold: list[Claim]) -> None:
    """Adds a row for each candidate statement of a document: is it one of the gold ones?"""
    judged = [(trial, decision) for trial in trials if (decision := decide(trial, weights)) is not None]
    guesses = [_claim(trial, decision) for trial, decision in judged]
    pairs, repeats = pair(gold, guesses, "root")
    paired = {guess: number for number, guess in pairs.items()}
    for number, (trial, decision) in enumerate(judged):
        if number not in repeats and not (number in paired and gold[paired[number]].optional):
            rows.add(statement_features(trial.candidate, *decision), number in paired)


def _claim(trial: Trial, decision: Decided) -> Claim:
    actors, recipients = (tuple(trial.keys[number] for number, _ in side) for side in decision[1:])
    type_ = trial.candidate.match.trigger.type
    return Claim(type_, actors, recipients, (), None, None, "asserted", trial.sentence)


def relation_rows(pairs: Iterable[Pair], doc: Doc, example: Example) -> Rows:
    """A row for each relation that two mentions may have: is it told in their sentence?

    Of several pairs of mentions that the same statement joins only the one nearest by grammar teaches.
    """
    rows = Rows()
    told = [told for told in example.told if types()[told.type].kind == RELATION]
    gazetteer, heads = load_gazetteer(), heads_of(doc, example)
    keys: dict[tuple[int, int, str], Keys] = {}
    best: dict[int, tuple[tuple[bool, int], list[str]]] = {}
    for pair_ in pairs:
        relation = pair_.relation
        ends = [
            keys.setdefault((span.start, span.end, span.kb_id_), keys_of(span, gazetteer, heads))
            for span in (relation.subject, relation.object)
        ]
        numbers = [number for number, one in enumerate(told) if one.type == relation.type and _joins(one, *ends)]
        sentence = relation.token.sent
        here = [n for n in numbers if sentence.start_char <= told[n].trigger[0] < sentence.end_char]
        if here:
            near = ("rule=True" in pair_.features, -len(next(f for f in pair_.features if f.startswith("path="))))
            for number in here:
                best[number] = max(best.get(number, (near, pair_.features)), (near, pair_.features))
        elif not numbers:
            rows.add(pair_.features, False)
    for number, (_, features) in sorted(best.items()):
        rows.add(features, True, _OPTIONAL if told[number].optional else 1.0)
    return rows


def _joins(told: Told, subject: Keys, object_: Keys) -> bool:
    straight = any(subject & one for one in told.actors) and any(object_ & one for one in told.recipients)
    if straight or not types()[told.type].symmetric:
        return straight
    parties = told.actors + told.recipients
    return any(subject & one and object_ & other for one in parties for other in parties if one != other)


def claims_of(example: Example) -> list[Claim]:
    """The events that an example tells, as the comparison sees them."""
    return [
        Claim(told.type, tuple(told.actors), tuple(told.recipients), (), None, None, "asserted", words(told.evidence), told.optional)
        for told in example.told
        if types()[told.type].kind == "event"
    ]  # fmt: skip


def train_events(trials: Trials, taught: Rows, claims: dict[str, list[Claim]], ids: list[str]) -> dict[str, Weights]:
    """The weights of all scorers of events, learned from the documents named."""
    own = {id_: trials[id_] for id_ in ids}
    weights = first_stage((group for groups in own.values() for group in groups), taught)
    weights["statement"] = second_stage(own, taught, claims)
    seen = Counter(
        trial.candidate.match.trigger.type
        for groups in own.values()
        for group in groups
        for trial in group
        if any(told.type == trial.candidate.match.trigger.type for told in trial.told)
    )
    return weights | {"seen": dict(sorted(seen.items()))}


def train_relations(pairs: dict[str, Rows], ids: list[str]) -> Weights:
    """The weights of the scorer of relations, learned from the documents named."""
    rows = Rows()
    for id_ in ids:
        rows.extend(pairs[id_])
    return rows.fit(_STRENGTH["relation"])


def third_stage(
    examples: dict[str, Example],
    trials: Trials,
    taught: Rows,
    pairs: dict[str, Rows],
    claims: dict[str, list[Claim]],
    calibration: Weights,
) -> Weights:
    """The weights of the scorer of entities, from statements that scorers find which have not seen the document."""
    rows = Rows()
    ids = sorted(examples)
    random.Random(2).shuffle(ids)
    for half in (ids[::2], ids[1::2]):
        others = sorted(set(ids) - set(half))
        weights = train_events(trials, taught, claims, others)
        weights |= {"relation": train_relations(pairs, others), "entity": {}, "calibration": calibration}
        use_scorers(weights)
        salience: Any = load_pipeline(extractors=WITHOUT_READER).get_pipe("kg_salience")
        for document, doc in analyse((examples[id_].document for id_ in sorted(half)), extractors=WITHOUT_READER):
            _add_entities(rows, salience.features(doc), doc, examples[document.id])
    return rows.fit(_STRENGTH["entity"])


def _add_entities(rows: Rows, features: dict[str, list[str]], doc: Doc, example: Example) -> None:
    """Adds a row for each entity: is it one of the example's? Of several that mean the same the best named one is."""
    named = {
        entity.id: frozenset({normalize(entity.name), entity.id, *map(normalize, mentions)})
        for entity, mentions in to_entities(doc, 0.0)
    }
    free = list(example.entities)
    for id_ in sorted(features, key=lambda id_: (-len(named[id_]), id_)):
        match = next((keys for keys in free if keys & named[id_]), None)
        if match is not None:
            free.remove(match)
        again = match is None and any(keys & named[id_] for keys in example.entities)
        rows.add(features[id_], match is not None, _AGAIN if again else 1.0)


_shared: dict[str, tuple[Trials, Rows, dict[str, list[Claim]]]] = {}
"""What the processes learn from that train beside each other, by kind of reader: a fork copies it."""


def _learn(name: str) -> tuple[Found, dict[str, Weights]]:
    """What cross-validation finds, and the weights learned from all."""
    trials, taught, claims = _shared[name]
    return cross_validate(trials, taught, claims), train_events(trials, taught, claims, sorted(trials))


def cross_validate(trials: Trials, taught: Rows, claims: dict[str, list[Claim]]) -> Found:
    """What scorers that have not seen a document make of its events, by kind of document and id."""
    found: Found = {"sentences": {}, "articles": {}}
    ids = sorted(trials)
    random.Random(3).shuffle(ids)
    for fold in range(_FOLDS):
        held_back = ids[fold::_FOLDS]
        weights = train_events(trials, taught, claims, sorted(set(ids) - set(held_back)))
        for id_ in held_back:
            kind = "articles" if id_.startswith(("wikinews", "ww")) else "sentences"
            found[kind][id_] = list(_events(trials[id_], weights))
    return found


def outcomes(guesses: list[Guess], gold: list[Claim]) -> list[tuple[float, bool]]:
    """The probability of each guess for a document, and whether it pairs with a gold statement by root.

    A second guess for one that is paired does not count.
    """
    pairs, repeats = pair(gold, [claim for claim, _ in guesses], "root")
    right = set(pairs.values())
    return [(guess[1], number in right) for number, guess in enumerate(guesses) if number not in repeats]


def outcomes_of(found: Found, claims: dict[str, list[Claim]]) -> dict[str, list[tuple[float, bool]]]:
    """The outcomes of each document."""
    return {id_: outcomes(rows, claims[id_]) for guesses in found.values() for id_, rows in guesses.items()}


def fit_calibration(told: Iterable[tuple[float, bool]]) -> Weights:
    """The weights by which a probability becomes a share of right ones (Platt scaling), from held-back documents."""
    rows = Rows()
    for probability, right in told:
        rows.add({"bias": 1.0, "odds": log_odds(probability)}, right)
    return rows.fit(_STRENGTH["calibration"])


def calibrated(told: dict[str, list[tuple[float, bool]]]) -> dict[str, list[tuple[float, bool]]]:
    """The outcomes of each document, with confidences by a calibration that has not seen the document."""
    ids = sorted(told)
    random.Random(4).shuffle(ids)
    found = {}
    for fold in range(_FOLDS):
        held_back = ids[fold::_FOLDS]
        others = (row for id_ in ids if id_ not in held_back for row in told[id_])
        scorer = Scorer(fit_calibration(others))
        for id_ in held_back:
            found[id_] = [(scorer.weigh({"bias": 1.0, "odds": log_odds(p)}), right) for p, right in told[id_]]
    return found


def to_bins(told: Iterable[tuple[float, bool]]) -> list[tuple[int, float, float]]:
    """For each tenth of the confidence that occurs: how many guesses, their mean confidence, and the share that is right."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in told:
        bins[min(int(confidence * _BINS), _BINS - 1)].append((confidence, right))
    return [
        (len(rows), sum(p for p, _ in rows) / len(rows), sum(good for _, good in rows) / len(rows))
        for _, rows in sorted(bins.items())
    ]


def calibration_error(bins: list[tuple[int, float, float]]) -> float:
    """The expected calibration error (Guo et al. 2017): the mean distance of confidence and share right, by guess."""
    return sum(count * abs(confidence - right) for count, confidence, right in bins) / sum(row[0] for row in bins)


def _events(groups: list[list[Trial]], weights: dict[str, Weights]) -> Iterator[Guess]:
    """The likeliest event of each trigger word with its confidence, as `kg_events` takes them."""
    scorer = Scorer(weights["statement"])
    for group in groups:
        judged = [
            (scorer.weigh(statement_features(trial.candidate, *decision)), number, _claim(trial, decision))
            for number, trial in enumerate(group)
            if (decision := decide(trial, weights)) is not None
        ]
        best = max(judged, key=lambda row: (row[0], -row[1]), default=None)
        if best is not None and best[0] >= THRESHOLD:
            yield best[2], best[0]


def report(found: dict[str, Found], claims: dict[str, list[Claim]]) -> None:
    """Writes the cross-validated figures to `benchmarks/scorers.md`, without and with a reader."""
    lines = ["| reader | documents | events, root | events, type |", "| --- | --- | --- | --- |"]
    for name, kind, guesses in _kinds(found):
        alone = {id_: [claim for claim, _ in rows] for id_, rows in guesses.items()}
        figures = compare({id_: claims[id_] for id_ in guesses}, alone)
        lines.append(f"| {name} | {len(guesses)} {kind} | {figures['event, root']} | {figures['event, type']} |")
    lines += ["", "How far the confidence can be believed: of the events with such a confidence so many are right.", ""]
    lines += [
        "| reader | documents | expected calibration error | confidence → share right (number) |",
        "| --- | --- | --- | --- |",
    ]
    shares = {name: calibrated(outcomes_of(kinds, claims)) for name, kinds in found.items()}
    for name, kind, guesses in _kinds(found):
        bins = to_bins(row for id_ in guesses for row in shares[name][id_])
        shown = ", ".join(f"{confidence:.2f} → {right:.2f} ({count})" for count, confidence, right in bins)
        lines.append(f"| {name} | {len(guesses)} {kind} | {calibration_error(bins):.3f} | {shown} |")
    _REPORT.write_text("\n".join([_HEADING, "", *lines, ""]), encoding="utf-8")
    print("\n".join(lines))


def _kinds(found: dict[str, Found]) -> Iterator[tuple[str, str, dict[str, list[Guess]]]]:
    for name, kinds in found.items():
        for kind, guesses in kinds.items():
            yield name, kind, guesses


def unseen_by(folder: Path) -> list[str]:
    """The documents that the reader of a folder has not seen."""
    ids: list[str] = json.loads((folder / "held_back.json").read_text(encoding="utf-8"))
    return ids


def read_trials(examples: dict[str, Example]) -> tuple[dict[str, Trials], dict[str, Rows], dict[str, Rows]]:
    """The candidates of all examples, without a reader and with those that have not seen them.

    With them the rows that the ontology's examples teach, without and with a reader, and those of relations.
    """
    events: Any = load_pipeline(extractors=WITHOUT_READER).get_pipe("kg_events")
    relations: Any = load_pipeline(extractors=WITHOUT_READER).get_pipe("kg_relations")
    readers: dict[str, Reader] = {}
    for folder in sorted(READERS.glob("[0-9]")):
        readers |= dict.fromkeys(unseen_by(folder), Reader(folder))
    if not readers:
        raise SystemExit(f"{READERS} holds no readers: run `python -m training.reader` first")
    trials: dict[str, Trials] = {name: {} for name in READER}
    pairs: dict[str, Rows] = {}
    documents = (example.document for example in examples.values())
    for document, doc in analyse(documents, without=AFTER_DATES, extractors=WITHOUT_READER):
        for name, reader in zip(READER, (None, readers[document.id]), strict=True):
            events.reader = reader
            trials[name][document.id] = trials_of(events, doc, examples[document.id])
        pairs[document.id] = relation_rows(relations.candidates(doc), doc, examples[document.id])
    taught = {}
    for name, reader in zip(READER, (None, load_reader(OWN_READER)), strict=True):
        events.reader = reader
        taught[name] = taught_rows(events)
    events.reader = None
    return trials, taught, pairs


def main() -> None:
    """Measures all scorers by cross-validation and trains them on all examples."""
    options = parse_folders(__doc__)
    examples = {example.document.id: example for example in read_examples(options.data, options.gold)}
    trials, taught, pairs = read_trials(examples)
    claims = {id_: claims_of(example) for id_, example in examples.items()}
    _shared.update({name: (own, taught[name], claims) for name, own in trials.items()})
    with ProcessPoolExecutor(len(READER), mp_context=multiprocessing.get_context("fork")) as pool:
        learned = dict(zip(READER, pool.map(_learn, READER), strict=True))
    found = {name: kinds for name, (kinds, _) in learned.items()}
    report(found, claims)
    weights = {"relation": train_relations(pairs, list(examples))}
    for name, suffix in READER.items():
        _, own = learned[name]
        judged = outcomes_of(found[name], claims)
        own["calibration"] = fit_calibration(row for rows in judged.values() for row in rows)
        weights |= {f"{scorer}{suffix}": own[scorer] for scorer in own}
    weights["entity"] = third_stage(
        examples, trials["without"], taught["without"], pairs, claims, weights["calibration"]
    )
    save(weights)


def save(weights: dict[str, Weights]) -> None:
    """Writes the weights; equal weights give equal bytes."""
    _TARGET.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(weights, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    _TARGET.write_bytes(gzip.compress(content, mtime=0))
    print(f"{_TARGET.name}: {', '.join(f'{len(w)} {name}' for name, w in weights.items())}")


if __name__ == "__main__":
    main()
