"""The quality on annotated articles does not fall below the floors of `benchmarks/floors.json`."""

import pytest

from benchmarks.gold import GOLD, fingerprint, measure, read_floors

LEAST = {"seeds": {"entities": 0.75, "all, root": 0.45}, "dev": {"entities": 0.70, "all, root": 0.35}}
"""What the first version had to reach; a floor may rise above it and never sink below it."""


@pytest.mark.parametrize("name", sorted(LEAST))
def test_floors_do_not_sink(name: str) -> None:
    floors = read_floors()[name]["f1"]
    assert all(floors[figure] >= least for figure, least in LEAST[name].items())


@pytest.mark.parametrize("name", sorted(LEAST))
def test_figures_stand_on_their_floors(name: str) -> None:
    if not (GOLD / name).is_dir():
        pytest.skip(f"needs the annotated articles in {GOLD.name}/{name}, which are not part of the repository")
    floors = read_floors()[name]
    assert fingerprint(name) == floors["files"], "the gold files have changed: set the floors by benchmarks/gold.py"
    figures = measure(name)
    fallen = {
        figure: f"{figures[figure].f1:.3f} is below {least}"
        for figure, least in floors["f1"].items()
        if figures[figure].f1 < least
    }
    assert not fallen
