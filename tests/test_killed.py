"""A killed build loses the document in hand at most, and goes on: a real `kg build` under SIGKILL (`make killed` for more)."""

from pathlib import Path

from benchmarks.killed import kill


def test_a_build_killed_at_random_moments_ends_with_the_same_graph(tmp_path: Path) -> None:
    _, killed = kill(tmp_path, moments=2, seed=3, documents=12)
    assert [(one.was_killed, one.same) for one in killed] == [(True, True), (True, True)]
