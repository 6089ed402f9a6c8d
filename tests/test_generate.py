"""The generated graph that the store is measured on is one that kg could have written."""

from collections.abc import Iterator

import pytest

from benchmarks.generate import quads
from kg.model import Statement
from kg.ontology import types
from kg.store import Store, open_store


@pytest.fixture(scope="module")
def generated() -> Iterator[Store]:
    """Some ten documents."""
    with open_store() as store:
        store.fill(quads(6000))
        yield store


def test_it_passes_all_checks(generated: Store) -> None:
    assert [problems for _, problems in generated.check() if problems] == []


def test_its_relations_join_what_their_types_allow(generated: Store) -> None:
    def fits(statement: Statement) -> bool:
        type_ = types()[statement.type]
        pairs = (statement.actor, type_.subjects), (statement.recipient, type_.objects)
        return all(mention.entity.type in kinds for role, kinds in pairs for mention in role)

    relations = [statement for statement in generated.statements() if statement.kind == "relation"]
    assert relations
    assert all(map(fits, relations))


def test_it_is_always_the_same() -> None:
    assert list(quads(2000)) == list(quads(2000))
