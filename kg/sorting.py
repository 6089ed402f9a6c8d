"""Quads in an order that depends on nothing but what they are, however many there are."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import islice

import pyoxigraph

AT_ONCE = 200_000
"""So many quads are sorted in memory; more go through temporary files."""


def in_order(quads: Iterable[pyoxigraph.Quad], at_once: int = AT_ONCE) -> Iterator[pyoxigraph.Quad]:
    """The quads of one graph, sorted by their text; never more than `at_once` in memory.

    >>> node = pyoxigraph.NamedNode
    >>> quads = [pyoxigraph.Quad(node(f"http://example.org/{n}"), node("p:q"), node("p:o")) for n in (3, 1, 2)]
    >>> [quad.subject.value[-1] for quad in in_order(quads, at_once=1)]
    ['1', '2', '3']
    """
    remaining = iter(quads)
    run = sorted(islice(remaining, at_once), key=str)
    if len(run) < at_once:
        yield from run
        return
    with ExitStack() as stack:
        runs = []
        while run:
            file = stack.enter_context(tempfile.TemporaryFile())
            pyoxigraph.serialize(run, file, format=pyoxigraph.RdfFormat.N_QUADS)
            file.seek(0)
            runs.append(pyoxigraph.parse(file, format=pyoxigraph.RdfFormat.N_QUADS))
            run = sorted(islice(remaining, at_once), key=str)
        yield from merge(*runs, key=str)
