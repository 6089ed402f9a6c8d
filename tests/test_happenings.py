"""One happening told by several documents: which accounts are the same, and how the graph shows them side by side."""

import io
from dataclasses import replace
from datetime import date

import pytest

from kg.happenings import Happening, is_same
from kg.model import Quantity, Statement, Time
from kg.store import Store, open_store
from tests.examples import document, statement

ATTACK = Happening(
    "s:1",
    "Attack",
    False,
    frozenset({"kge:a"}),
    frozenset({"kge:b"}),
    "wd:Q1",
    date(2025, 8, 14),
    date(2025, 8, 14),
    None,
)
MEETING = ATTACK._replace(type="Meet", symmetric=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ATTACK, ATTACK),
        (ATTACK, ATTACK._replace(place=None)),
        (ATTACK, ATTACK._replace(actors=frozenset({"kge:a", "kge:c"}))),
        (ATTACK, ATTACK._replace(earliest=None, latest=None, published=date(2025, 8, 16))),
        (ATTACK, ATTACK._replace(earliest=date(2025, 8, 1), latest=date(2025, 8, 31))),
        (MEETING, MEETING._replace(actors=MEETING.recipients, recipients=MEETING.actors)),
    ],
)
def test_accounts_that_are_one_happening(one: Happening, other: Happening) -> None:
    assert is_same(one, other)
    assert is_same(other, one)


@pytest.mark.parametrize(
    "other",
    [
        ATTACK._replace(type="Bomb"),
        ATTACK._replace(place="wd:Q2"),
        ATTACK._replace(recipients=frozenset({"kge:c"})),
        ATTACK._replace(recipients=frozenset()),
        ATTACK._replace(actors=ATTACK.recipients, recipients=ATTACK.actors),
        ATTACK._replace(earliest=date(2025, 8, 15), latest=date(2025, 8, 15)),
        ATTACK._replace(earliest=date(2025, 1, 1), latest=date(2025, 12, 31)),
        ATTACK._replace(earliest=None, latest=None),
        ATTACK._replace(earliest=None, latest=None, published=date(2025, 8, 30)),
    ],
)
def test_accounts_of_different_happenings(other: Happening) -> None:
    assert not is_same(ATTACK, other)
    assert not is_same(other, ATTACK)


def test_a_place_and_its_state_do_not_contradict_each_other() -> None:
    assert is_same(ATTACK, ATTACK._replace(place="wd:Q159"), {"wd:Q1": "wd:Q159"})


def aid(id_: str, troops: int, modality: str = "asserted") -> tuple[Statement, ...]:
    of = document(f"Russia said North Korea sent {troops} troops.", id_)
    quantity = (Quantity(float(troops), "troops", f"{troops} troops"),)
    time = Time("2025-08-14", "on Thursday")
    return (statement(of, "MilitaryAid", "North Korea", "Russia", quantity=quantity, time=time, modality=modality),)


def add(store: Store, id_: str, troops: int, modality: str = "asserted") -> None:
    store.add(document(f"Russia said North Korea sent {troops} troops.", id_), aid(id_, troops, modality))


def links(store: Store) -> int:
    return len(store.query("SELECT ?one ?other { ?one kg:sameHappeningAs ?other }").rows)


def dumped(store: Store) -> bytes:
    file = io.BytesIO()
    store.dump(file, "nquads")
    return file.getvalue()


def test_rival_accounts_stand_side_by_side() -> None:
    with open_store() as store:
        add(store, "d1", 15000)
        add(store, "d2", 12000)
        add(store, "d3", 12000, "denied")
        rows = store.query("happenings").to_dicts()
        accounts = list(store.statements())
    [happening] = {row["happening"] for row in rows}
    assert happening == min(f"s:{one.id}" for one in accounts)
    assert sorted((str(row["number"]), str(row["told_as"])) for row in rows) == [
        ("12000 troops", "asserted"),
        ("12000 troops", "denied"),
        ("15000 troops", "asserted"),
    ]


def test_two_accounts_in_one_document_are_not_linked() -> None:
    with open_store() as store:
        of = document("Russia said North Korea sent 100 troops.", "d1")
        [one] = aid("d1", 100)
        store.add(of, [one, replace(one, topic="again")])
        assert links(store) == 0


def test_forgetting_a_document_forgets_its_links() -> None:
    with open_store() as store:
        add(store, "d1", 15000)
        before = dumped(store)
        add(store, "d2", 12000)
        assert links(store) == 2
        store.forget("d2")
        assert dumped(store) == before


def test_the_order_of_documents_does_not_matter() -> None:
    dumps = []
    for order in (("d1", "d2", "d3"), ("d3", "d1", "d2")):
        with open_store() as store:
            for id_ in order:
                add(store, id_, 10000 + int(id_[1]))
            dumps.append(dumped(store))
    assert dumps[0] == dumps[1]
