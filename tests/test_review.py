"""What `kg review` asks: which entities are likely the same, and why."""

import pytest

from kg.model import Document, Entity, Evidence, Mention, Statement
from kg.review import Duplicate, likely_duplicates
from kg.store import open_store

KIM = Entity("wd:Q56226", "Person", "Kim Jong Un")


def review(*entities: Entity, meets: Entity | None = None, only: tuple[str, ...] = ()) -> list[Duplicate]:
    """The duplicates in a graph in which each entity stands in a document of its own, and meets the given one."""
    with open_store() as store:
        for number, entity in enumerate(entities):
            text = f"{entity.name} met {meets.name if meets else ''}."
            actor = (Mention(entity, entity.name, 0, len(entity.name)),)
            start = len(text) - 1 - len(meets.name) if meets else 0
            recipient = (Mention(meets, meets.name, start, len(text) - 1),) if meets else ()
            evidence = Evidence(str(number), 0, len(text), text)
            store.add(Document(str(number), text), [Statement("event", "Meet", evidence, actor, recipient)])
        return likely_duplicates(store, only=only)


def local(type_: str, name: str, id_: str = "") -> Entity:
    return Entity(id_ or f"kge:{type_}-{name.lower().replace(' ', '-')}", type_, name)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (local("Company", "Acme"), local("Organization", "Acme"), "one name, as Company and Organization"),
        (local("Person", "Sergei Lavrov"), local("Person", "Lavrov"), "“Lavrov” is how news shortens “Sergei Lavrov”"),
        (
            local("Organization", "FAO"),
            local("Organization", "Food Aid Organization"),
            "“FAO” are the initials of “Food Aid Organization”",
        ),
        (local("Person", "Viacheslav Volodin"), local("Person", "Vyacheslav Volodin"), "spelled alike (94%)"),
        (local("Company", "Acme Shipping"), local("Company", "Acme"), "“Acme Shipping” begins with “Acme”"),
    ],
)
def test_names_that_agree_are_asked_about_with_the_reason(one: Entity, other: Entity, why: str) -> None:
    [duplicate] = review(one, other)
    assert {duplicate.entity, duplicate.other} == {one, other}
    assert duplicate.reasons == (why,)
    assert 0 < duplicate.score <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (local("Person", "Washington"), local("City", "Washington")),
        (local("Agreement", "Resolution 1874"), local("Agreement", "Resolution 1847")),
        (local("Group", "Chinese official"), local("Group", "Chinese officials")),
        (Entity("wd:Q1", "City", "Springfield"), Entity("wd:Q2", "City", "Springfield")),
        (local("Person", "Boris Johnson"), local("Person", "Lyndon Johnson")),
    ],
)
def test_what_cannot_be_one_is_not_asked_about(one: Entity, other: Entity) -> None:
    assert review(one, other) == []


def test_dealing_with_the_same_makes_it_likelier() -> None:
    pair = local("Person", "Sergei Lavrov"), local("Person", "Lavrov")
    [alone], [together] = review(*pair), review(*pair, meets=KIM)
    assert together.score > alone.score
    assert together.reasons[1:] == ("both deal with Kim Jong Un",)


def test_meeting_each_other_makes_it_less_likely() -> None:
    full, short = local("Person", "Sergei Lavrov"), local("Person", "Lavrov")
    [duplicate] = review(full, meets=short)
    assert duplicate.score < 0.5
    assert duplicate.reasons[1:] == ("but 1 statement names both as parties",)


def test_only_the_wanted_types() -> None:
    pairs = (
        local("Person", "Sergei Lavrov"),
        local("Person", "Lavrov"),
        local("Company", "Acme"),
        local("Media", "Acme"),
    )
    assert {one.entity.type for one in review(*pairs, only=("Person",))} == {"Person"}


def test_what_is_decided_is_not_asked_again() -> None:
    text = "Sergei Lavrov met Lavrov."
    full, short = local("Person", "Sergei Lavrov"), local("Person", "Lavrov")
    statement = Statement(
        "event",
        "Meet",
        Evidence("d", 0, 25, text),
        (Mention(full, full.name, 0, 13),),
        (Mention(short, "Lavrov", 18, 24),),
    )
    with open_store() as store:
        store.add(Document("d", text), [statement])
        assert len(likely_duplicates(store)) == 1
        store.different(full.id, short.id)
        assert likely_duplicates(store) == []
