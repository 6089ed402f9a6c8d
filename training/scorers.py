"""Trains the scorers of `kg.nlp.scoring` and writes `seeds/models/scorers.json.gz`.

    python -m training.scorers --data ../shared/data --gold ../shared/gold             # cross-validates and trains
    python -m training.scorers --data ../shared/data --gold ../shared/gold --measure   # only cross-validates

Needs scikit-learn (see training/requirements.txt) and takes about five minutes. Two stages: `trigger`, `actor` and
`recipient` judge a word or a mention; `statement` judges the whole, and learns from what the first three, trained on
the other folds, make of each document.
"""

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from spacy.tokens import Doc

from kg.evaluation import Claim, Keys, agreement, compare, normalize, pair, words
from kg.gazetteer import load_gazetteer
from kg.nlp.candidates import BEFORE, Candidate, Parts, Reading, log_odds, readings, statement_features
from kg.nlp.events import THRESHOLD, Events
from kg.nlp.pairs import Pair
from kg.nlp.pipeline import load_pipeline
from kg.nlp.relations import THRESHOLD as RELATION_THRESHOLD
from kg.nlp.scoring import Scorer, use_scorers
from kg.ontology import RELATION, types
from kg.statements import analyse, to_entities
from training.examples import Example, Told, keys_of, read_examples

Weights = dict[str, float]
Guess = tuple[Claim, float]
"""An event or relation that was found, and its confidence."""
_TARGET = Path(__file__).parent.parent / "seeds" / "models" / "scorers.json.gz"
_REPORT = Path(__file__).parent.parent / "benchmarks" / "scorers.md"
_HEADING = """# Statements, cross-validated

Five folds by document over the training examples; written by `python -m training.scorers`."""
_FOLDS, _BINS = 5, 10
_RARE = 2
_STRENGTH = {
    "trigger": 1.0,
    "actor": 0.5,
    "recipient": 0.5,
    "statement": 0.1,
    "relation": 0.4,
    "entity": 0.3,
    "calibration": 100.0,
}
"""Inverse strength of the regularization, by cross-validation."""
_OPTIONAL, _SAME_ROOT, _AGAIN, _EXTRA = 0.5, 0.4, 0.5, 0.5
"""How much an optional statement counts, a trigger whose statement has another type of the same root, a second entity for one, a
reading with a recipient more than there is."""


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
    """A candidate with the names of its mentions and the statements that its trigger tells; or does it tell one once more?"""

    candidate: Candidate
    keys: list[Keys]
    told: list[Told]
    again: bool
    sentence: Counter[str]


class Related(NamedTuple):
    """A relation that two mentions may have, as the comparison sees it, and the characters of its sentence."""

    features: list[str]
    key: tuple[str, str, str]
    claim: Claim
    sentence: tuple[int, int]


class Material(NamedTuple):
    """What a document teaches: its candidates, those for events grouped by trigger word, and what it tells."""

    trials: list[list[Trial]]
    related: list[Related]
    relation_rows: Rows
    events: list[Claim]
    relations: list[Claim]


Corpus = dict[str, Material]


def read_corpus(data: Path, gold: Path) -> tuple[dict[str, Example], Corpus]:
    """All examples, and what they teach, by the id of the document."""
    examples = {example.document.id: example for example in read_examples(data, gold)}
    events: Any = load_pipeline().get_pipe("kg_events")
    relations: Any = load_pipeline().get_pipe("kg_relations")
    corpus = {}
    documents = (example.document for example in examples.values())
    for document, doc in analyse(documents, without=("kg_events", "kg_relations", "kg_salience")):
        example = examples[document.id]
        related = related_of(relations.candidates(doc))
        told = [claims_of(example, kind) for kind in ("event", "relation")]
        corpus[document.id] = Material(trials_of(events, doc, example), related, relation_rows(related, example), *told)
    return examples, corpus


def trials_of(events: Events, doc: Doc, example: Example) -> list[list[Trial]]:
    """The candidates of an annotated document, grouped by trigger word."""
    gazetteer = load_gazetteer()
    found = []
    for candidates in events.candidates(doc):
        keys: dict[tuple[int, int, str], Keys] = {}
        for span in (span for candidate in candidates for span in candidate.mentions):
            keys.setdefault((span.start, span.end, span.kb_id_), keys_of(span, gazetteer))
        sentence = words(candidates[0].match.head.sent.text)
        group = []
        for candidate in candidates:
            tokens = candidate.match.tokens
            told = [t for t in example.told if any(_stands_in(token.idx, len(token), t.trigger) for token in tokens)]
            named = [keys[span.start, span.end, span.kb_id_] for span in candidate.mentions]
            group.append(Trial(candidate, named, told, _is_retold(candidate, named, example), sentence))
        found.append(group)
    return found


def _is_retold(candidate: Candidate, keys: list[Keys], example: Example) -> bool:
    """True where the sentence names the parties of an event of the same root that the document tells, maybe elsewhere."""
    type_ = types()[candidate.match.trigger.type]
    here = [one for one, stand in zip(keys, candidate.stands, strict=True) if stand.way != BEFORE]
    for told in example.told:
        if types()[told.type].plover == type_.plover is not None:
            actors, recipients = (
                [any(one & other for other in here) for one in side] for side in (told.actors, told.recipients)
            )
            if types()[told.type].symmetric:
                if sum(actors + recipients) >= min(2, len(actors + recipients)):
                    return True
            elif any(actors) and (not recipients or any(recipients)):
                return True
    return False


def _stands_in(start: int, length: int, characters: tuple[int, int]) -> bool:
    return start < characters[1] and characters[0] < start + length


def first_stage(groups: Iterable[list[Trial]]) -> dict[str, Weights]:
    """The weights of the scorers of triggers, actors and recipients."""
    rows = {name: Rows() for name in ("trigger", "actor", "recipient")}
    for group in groups:
        offered = {trial.candidate.match.trigger.type for trial in group}
        for trial in group:
            _add_trial(rows, trial, offered)
    return {name: rows[name].fit(_STRENGTH[name]) for name in rows}


def _add_trial(rows: dict[str, Rows], trial: Trial, offered: set[str]) -> None:
    """Adds the rows of a candidate; `offered` are the types of all candidates of its trigger word.

    Where none of them is the type that is told, one of the same root is a little right. A word that may tell once more what is annotated
    at another one teaches nothing.
    """
    type_ = types()[trial.candidate.match.trigger.type]
    exact = [told for told in trial.told if told.type == type_.name]
    related = any(types()[t.type].plover == type_.plover and t.type not in offered for t in trial.told)
    if trial.again and not exact and not related:
        return
    weight = 1.0 if any(not told.optional for told in exact) else _OPTIONAL
    rows["trigger"].add(trial.candidate.features, bool(exact) or related, _weight(exact, related, weight))
    if exact:
        _add_parties(rows, trial, min(exact, key=lambda told: told.optional), weight, type_.symmetric)


def _weight(exact: list[Told], related: bool, weight: float) -> float:
    if exact:
        return weight
    return _SAME_ROOT if related else 1.0


def _add_parties(rows: dict[str, Rows], trial: Trial, told: Told, weight: float, symmetric: bool) -> None:
    actors = told.actors + told.recipients if symmetric else told.actors
    sides = [("actor", actors)] if symmetric else [("actor", actors), ("recipient", told.recipients)]
    for role, wanted in sides:
        right, unclear = _mentions_of(trial, wanted)
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


def judge(trial: Trial, weights: dict[str, Weights]) -> Parts:
    """What the first stage makes of a candidate."""
    trigger, actor, recipient = (Scorer(weights[name]).probability for name in ("trigger", "actor", "recipient"))
    roles = trial.candidate.roles
    return Parts(trigger(trial.candidate.features), [*map(actor, roles)], [*map(recipient, roles)])


def second_stage(corpus: Corpus) -> Weights:
    """The weights of the scorer of statements, from first stages that have not seen the document."""
    documents = sorted(corpus)
    random.Random(1).shuffle(documents)
    rows = Rows()
    for fold in range(_FOLDS):
        held_back = set(documents[fold::_FOLDS])
        weights = first_stage(group for id_ in documents if id_ not in held_back for group in corpus[id_].trials)
        for id_ in sorted(held_back):
            trials = [trial for group in corpus[id_].trials for trial in group]
            _add_readings(rows, trials, weights, corpus[id_].events)
    return rows.fit(_STRENGTH["statement"])


def _add_readings(rows: Rows, trials: list[Trial], weights: dict[str, Weights], gold: list[Claim]) -> None:
    """Adds a row for each reading of the candidates of a document: is it one of the gold statements?

    A reading that is only an optional one teaches nothing, nor does one that another candidate tells better. One that has a
    recipient where the gold statement has none counts half.
    """
    judged = [(trial, parts, readings(trial.candidate, parts)) for trial in trials for parts in [judge(trial, weights)]]
    likeliest = [(number, found[0]) for number, (_, _, found) in enumerate(judged) if found]
    pairs, _ = pair(gold, [_claim(trials[number], reading) for number, reading in likeliest], "root")
    told_by = {told: likeliest[guess][0] for told, guess in pairs.items()}
    for number, (trial, parts, found) in enumerate(judged):
        for reading in found:
            claim = _claim(trial, reading)
            told = [i for i, one in enumerate(gold) if agreement(one, claim, "root")]
            own = [i for i in told if not gold[i].optional and told_by.get(i, number) == number]
            if own or not told:
                extra = bool(own and reading.recipients) and not any(gold[i].recipient for i in own)
                features = statement_features(trial.candidate, parts, reading)
                rows.add(features, bool(own), _EXTRA if extra else 1.0)


def _claim(trial: Trial, reading: Reading) -> Claim:
    actors, recipients = (
        tuple(trial.keys[number] for number, _ in side) for side in (reading.actors, reading.recipients)
    )
    type_ = trial.candidate.match.trigger.type
    return Claim(type_, actors, recipients, (), None, None, "asserted", trial.sentence)


def related_of(pairs: Iterable[Pair]) -> list[Related]:
    """The candidates for relations of a document."""
    gazetteer = load_gazetteer()
    keys: dict[tuple[int, int, str], Keys] = {}
    found = []
    for pair_ in pairs:
        relation, sentence = pair_.relation, pair_.relation.token.sent
        subject, object_ = (
            keys.setdefault((span.start, span.end, span.kb_id_), keys_of(span, gazetteer))
            for span in (relation.subject, relation.object)
        )
        claim = Claim(relation.type, (subject,), (object_,), (), None, None, "asserted", words(sentence.text))
        found.append(Related(pair_.features, relation.key, claim, (sentence.start_char, sentence.end_char)))
    return found


def relation_rows(related: list[Related], example: Example) -> Rows:
    """A row for each relation that two mentions may have: is it told in their sentence?

    Of several pairs of mentions that the same statement joins only the one nearest by grammar teaches, and none where that is optional.
    """
    rows = Rows()
    told = [told for told in example.told if types()[told.type].kind == RELATION]
    best: dict[int, tuple[tuple[bool, int], list[str]]] = {}
    for one in related:
        ends = one.claim.actor[0], one.claim.recipient[0]
        numbers = [number for number, it in enumerate(told) if it.type == one.claim.type and _joins(it, *ends)]
        here = [number for number in numbers if one.sentence[0] <= told[number].trigger[0] < one.sentence[1]]
        if here:
            near = ("rule=True" in one.features, -len(next(f for f in one.features if f.startswith("path="))))
            for number in here:
                best[number] = max(best.get(number, (near, one.features)), (near, one.features))
        elif not numbers:
            rows.add(one.features, False)
    for number, (_, features) in sorted(best.items()):
        if not told[number].optional:
            rows.add(features, True)
    return rows


def _joins(told: Told, subject: Keys, object_: Keys) -> bool:
    straight = any(subject & one for one in told.actors) and any(object_ & one for one in told.recipients)
    if straight or not types()[told.type].symmetric:
        return straight
    parties = told.actors + told.recipients
    return any(subject & one and object_ & other for one in parties for other in parties if one != other)


def claims_of(example: Example, kind: str) -> list[Claim]:
    """The events, or the relations, that an example tells, as the comparison sees them."""
    return [
        Claim(told.type, tuple(told.actors), tuple(told.recipients), (), None, None, "asserted", words(told.evidence), told.optional)
        for told in example.told
        if types()[told.type].kind == kind
    ]  # fmt: skip


def train_statements(corpus: Corpus) -> dict[str, Weights]:
    """The weights of all scorers of statements."""
    weights = first_stage(group for material in corpus.values() for group in material.trials)
    weights["statement"] = second_stage(corpus)
    relations = Rows()
    for material in corpus.values():
        relations.extend(material.relation_rows)
    seen = Counter(
        trial.candidate.match.trigger.type
        for material in corpus.values()
        for group in material.trials
        for trial in group
        if any(told.type == trial.candidate.match.trigger.type for told in trial.told)
    )
    return weights | {"relation": relations.fit(_STRENGTH["relation"]), "seen": dict(sorted(seen.items()))}


def without(corpus: Corpus, held_back: Iterable[str]) -> Corpus:
    """The other documents, in the order of their ids."""
    return {id_: corpus[id_] for id_ in sorted(set(corpus) - set(held_back))}


def third_stage(examples: dict[str, Example], corpus: Corpus, calibration: Weights) -> Weights:
    """The weights of the scorer of entities, from statements that scorers find which have not seen the document."""
    rows = Rows()
    ids = sorted(examples)
    random.Random(2).shuffle(ids)
    for half in (ids[::2], ids[1::2]):
        use_scorers(train_statements(without(corpus, half)) | {"entity": {}, "calibration": calibration})
        salience: Any = load_pipeline().get_pipe("kg_salience")
        for document, doc in analyse(examples[id_].document for id_ in sorted(half)):
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


def cross_validate(corpus: Corpus) -> dict[str, tuple[list[Guess], list[Guess]]]:
    """What scorers that have not seen a document make of its events and relations, by its id."""
    found = {}
    ids = sorted(corpus)
    random.Random(3).shuffle(ids)
    for fold in range(_FOLDS):
        held_back = ids[fold::_FOLDS]
        weights = train_statements(without(corpus, held_back))
        for id_ in held_back:
            found[id_] = list(_events(corpus[id_].trials, weights)), _relations(corpus[id_].related, weights)
    return dict(sorted(found.items()))


def outcomes(guesses: list[Guess], gold: list[Claim]) -> list[tuple[float, bool]]:
    """The probability of each guess for a document, and whether it pairs with a gold statement by root.

    A second guess for one that is paired does not count.
    """
    pairs, repeats = pair(gold, [claim for claim, _ in guesses], "root")
    right = set(pairs.values())
    return [(guess[1], number in right) for number, guess in enumerate(guesses) if number not in repeats]


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
            (scorer.weigh(statement_features(trial.candidate, parts, reading)), number, _claim(trial, reading))
            for number, trial in enumerate(group)
            for parts in [judge(trial, weights)]
            for reading in readings(trial.candidate, parts)
        ]
        best = max(judged, key=lambda row: (row[0], -row[1]), default=None)
        if best is not None and best[0] >= THRESHOLD:
            yield best[2], best[0]


def _relations(related: list[Related], weights: dict[str, Weights]) -> list[Guess]:
    """The relations of a document, each by its likeliest pair of mentions, as `kg_relations` takes them."""
    scorer = Scorer(weights["relation"])
    best: dict[tuple[str, str, str], Guess] = {}
    for one in related:
        probability = scorer.probability(one.features)
        if probability >= RELATION_THRESHOLD and (one.key not in best or probability > best[one.key][1]):
            best[one.key] = one.claim, probability
    return list(best.values())


def report(found: dict[str, tuple[list[Guess], list[Guess]]], corpus: Corpus) -> None:
    """Writes the cross-validated figures to `benchmarks/scorers.md`."""
    kinds = {
        "articles": [id_ for id_ in found if id_.startswith(("wikinews", "ww"))],
        "sentences": [id_ for id_ in found if not id_.startswith(("wikinews", "ww"))],
    }
    lines = ["| documents | what | root | type |", "| --- | --- | --- | --- |"]
    for kind, ids in kinds.items():
        gold = {id_: corpus[id_].events + corpus[id_].relations for id_ in ids}
        figures = compare(gold, {id_: [claim for side in found[id_] for claim, _ in side] for id_ in ids})
        for what in ("event", "relation", "all"):
            lines.append(f"| {len(ids)} {kind} | {what} | {figures[f'{what}, root']} | {figures[f'{what}, type']} |")
    lines += ["", "How far the confidence can be believed: of what has such a confidence so much is right.", ""]
    lines += ["| documents | what | expected calibration error | confidence → share right (number) |"]
    lines += ["| --- | --- | --- | --- |"]
    events = calibrated({id_: outcomes(rows, corpus[id_].events) for id_, (rows, _) in found.items()})
    relations = {id_: outcomes(rows, corpus[id_].relations) for id_, (_, rows) in found.items()}
    for kind, ids in kinds.items():
        for what, told in (("event", events), ("relation", relations)):
            bins = to_bins(row for id_ in ids for row in told[id_])
            shown = ", ".join(f"{confidence:.2f} → {right:.2f} ({count})" for count, confidence, right in bins)
            lines.append(f"| {len(ids)} {kind} | {what} | {calibration_error(bins):.3f} | {shown} |")
    _REPORT.write_text("\n".join([_HEADING, "", *lines, ""]), encoding="utf-8")
    print("\n".join(lines))


def main() -> None:
    """Measures all scorers by cross-validation, and trains them on all examples."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--gold", type=Path, default=Path("../shared/gold"))
    parser.add_argument("--measure", action="store_true", help="do not train after that")
    options = parser.parse_args()
    examples, corpus = read_corpus(options.data, options.gold)
    held_back = cross_validate(corpus)
    report(held_back, corpus)
    if options.measure:
        return
    weights = train_statements(corpus)
    weights["calibration"] = fit_calibration(
        row for id_, (events, _) in held_back.items() for row in outcomes(events, corpus[id_].events)
    )
    weights["entity"] = third_stage(examples, corpus, weights["calibration"])
    save(weights)


def save(weights: dict[str, Weights]) -> None:
    """Writes the weights; equal weights give equal bytes."""
    _TARGET.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(weights, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    _TARGET.write_bytes(gzip.compress(content, mtime=0))
    print(f"{_TARGET.name}: {', '.join(f'{len(w)} {name}' for name, w in weights.items())}")


if __name__ == "__main__":
    main()
