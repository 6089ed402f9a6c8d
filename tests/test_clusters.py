"""The measures of coreference against the worked examples of their papers."""

import pytest

from benchmarks.clusters import Partition, score


def entities(*names: str) -> Partition:
    """Entities whose mentions are letters."""
    return [frozenset(name) for name in names]


KEY, RESPONSE = entities("abc", "defg"), entities("ab", "cd", "fghi")
"""The example of Pradhan et al. (2014), figure 1, which Moosavi and Strube (2016) use too."""


@pytest.mark.parametrize(
    ("measure", "precision", "recall"),
    [
        ("MUC", 0.4, 0.4),
        ("B³", 0.5, (2 / 3 * 2 + 1 / 3 + 1 / 4 + 2 / 4 * 2) / 7),
        ("CEAF-e", 1.3 / 3, 1.3 / 2),
        ("LEA", (2 * 1 + 4 / 6) / 8, (3 / 3 + 4 / 6) / 7),
    ],
)
def test_a_measure_gives_the_figures_of_its_paper(measure: str, precision: float, recall: float) -> None:
    found = score([(KEY, RESPONSE)])[measure]
    assert found.precision == pytest.approx(precision)
    assert found.recall == pytest.approx(recall)


def test_conll_is_the_mean_of_three() -> None:
    found = score([(KEY, RESPONSE)])
    assert found["CoNLL"].f1 == pytest.approx(sum(found[name].f1 for name in ("MUC", "B³", "CEAF-e")) / 3)


def test_a_singleton_has_a_link_to_itself() -> None:
    assert score([(entities("a", "bc"), entities("a", "b", "c"))])["LEA"].recall == pytest.approx(1 / 3)


def test_without_singletons_they_do_not_count() -> None:
    both = [(entities("ab", "c"), entities("ab", "d", "e"))]
    assert score(both, singletons=False)["CoNLL"].f1 == 1
    assert score(both)["B³"].precision == pytest.approx(2 / 4)


def test_counts_are_summed_over_documents() -> None:
    two = [(entities("abcd"), entities("abcd")), (entities("ab"), entities("xy"))]
    assert score(two)["MUC"].recall == pytest.approx(3 / 4)


def test_nothing_found_is_nothing_right() -> None:
    assert score([(entities("ab"), [])])["CoNLL"] == (0, 0, 0)
