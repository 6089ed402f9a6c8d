"""The pages leave nothing out: each command and named query stands in README.md or docs/."""

from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from kg.cli import app
from kg.queries import named_queries

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
GROUP: Any = get_command(app)
COMMANDS: dict[str, Any] = GROUP.commands


@pytest.fixture(scope="module")
def pages() -> str:
    """All pages as one text."""
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def test_the_pages_are_there() -> None:
    assert all(page.is_file() for page in PAGES)
    assert len(PAGES) > 5


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_in_the_pages(pages: str, name: str) -> None:
    assert f"`kg {name}`" in pages or f"\nkg {name} " in pages


@pytest.mark.parametrize("name", named_queries())
def test_each_named_query_is_in_the_pages(pages: str, name: str) -> None:
    assert f"`{name}`" in pages


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does_with_an_example(name: str) -> None:
    text = COMMANDS[name].help
    assert text.partition("\n")[0].endswith(".")
    assert f"kg {name} " in text


@pytest.mark.parametrize(
    ("name", "option"), [(name, option) for name, command in COMMANDS.items() for option in command.params]
)
def test_each_argument_and_option_has_help(name: str, option: Any) -> None:
    assert option.name == "help" or option.help.endswith(".")
