"""The public names: pinned, so that none comes or goes by accident."""

import inspect

import pytest

import kg

NAMES = {
    "Document",
    "Entity",
    "Evidence",
    "KgError",
    "Mention",
    "Quantity",
    "Statement",
    "Store",
    "Time",
    "build",
    "extract",
    "open",
    "read",
    "to_networkx",
    "view",
    "write_html",
}


def test_the_public_names_are_these() -> None:
    assert set(kg.__all__) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(kg, name)
    assert inspect.isclass(value) or inspect.isfunction(value)
    assert value.__module__.startswith("kg.")
    assert value.__doc__


def test_names_are_listed_for_completion() -> None:
    assert NAMES | {"__version__"} <= set(dir(kg))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'kg' has no attribute 'whatever'"):
        kg.whatever  # noqa: B018


def test_every_error_on_purpose_is_a_kg_error() -> None:
    from kg import errors

    raised = [value for _, value in inspect.getmembers(errors, inspect.isclass)]
    assert all(issubclass(error, kg.KgError) for error in raised)
    assert len(raised) == 6


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("build", ["sources", "path", "model", "entities", "ner", "extractors", "encoding", "report", "on_progress"]),
        ("extract", ["document", "model", "entities", "ner", "extractors"]),
        ("open", ["path", "read_only"]),
        ("read", ["sources", "encoding", "on_skip"]),
        ("to_networkx", ["store", "since", "until", "only", "min_confidence", "title"]),
        ("write_html", ["graph", "path", "title"]),
    ],
)
def test_a_function_takes_these_arguments(name: str, arguments: list[str]) -> None:
    assert list(inspect.signature(getattr(kg, name)).parameters) == arguments
