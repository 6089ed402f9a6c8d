"""How likely a candidate is right: linear models over named features, learned from annotated news.

`training/scorers.py` writes the weights to `seeds/models/scorers.json.gz`; see `docs/model-card.md`.

>>> Scorer({"bias": -1.0, "verb=meet": 3.0}).probability(["bias", "verb=meet", "never seen"])
0.8807970779778823
"""

import gzip
import json
from collections.abc import Iterable
from functools import cache
from math import exp

from kg.errors import VocabularyError
from kg.resources import resource


class Scorer:
    """A logistic regression: weights by the name of the feature; what it does not know weighs nothing."""

    def __init__(self, weights: dict[str, float]) -> None:
        self.weights = weights

    def probability(self, features: Iterable[str]) -> float:
        """The probability that a candidate with these features is right."""
        return _logistic(sum(self.weights.get(feature, 0.0) for feature in features))

    def weigh(self, features: dict[str, float]) -> float:
        """The probability where features have values of their own."""
        return _logistic(sum(self.weights.get(feature, 0.0) * value for feature, value in features.items()))

    def reasons(self, features: Iterable[str], most: int = 5) -> list[tuple[str, float]]:
        """The features that weigh most, for or against."""
        known = [(feature, self.weights[feature]) for feature in features if feature in self.weights]
        return sorted(known, key=lambda row: -abs(row[1]))[:most]


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


@cache
def _load() -> dict[str, dict[str, float]]:
    path = resource("seeds", "models", "scorers.json.gz")
    try:
        loaded: dict[str, dict[str, float]] = json.loads(gzip.decompress(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise VocabularyError(f"{path} cannot be read ({error}): install kg again") from error
    return loaded


def use_scorers(weights: dict[str, dict[str, float]]) -> None:
    """Makes other weights those of this process, to train or to measure."""
    _load().clear()
    _load().update(weights)
    load_scorer.cache_clear()


@cache
def load_scorer(name: str) -> Scorer:
    """The scorer of that name: `trigger`, `actor`, `recipient`, `statement`, `relation`, `entity`.

    `calibration` makes a share of the probability of an event. `seen` is no scorer: its weights are the numbers of training examples by type of event.
    """
    return Scorer(_load()[name])
