"""README.md, CONTRIBUTING.md and docs/ say what is true: commands parse, code runs, links lead somewhere, tables are current."""

import re
import shlex
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from docs import refresh
from kg.cli import app

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = sorted(refresh.PAGES)
CODE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
BLOCKS = [(page, *block.groups()[1:4]) for page in PAGES for block in refresh.BLOCK.finditer(page.read_text("utf-8"))]


def name_of(page: Any) -> str:
    return page.name if isinstance(page, Path) else ""


def code_in(page: Path, language: str) -> list[str]:
    return [code for kind, code in CODE.findall(page.read_text("utf-8")) if kind == language]


def commands_in(page: Path) -> list[str]:
    """The lines of shell that a page tells the reader to type, without their comments."""
    lines = [line for code in code_in(page, "bash") for line in code.splitlines()]
    return [line.partition("  #")[0].strip() for line in lines if line.strip() and not line.startswith("#")]


KG_COMMANDS = [(page, line) for page in PAGES for line in commands_in(page) if line.startswith("kg ")]
MAKE_TARGETS = {
    (page, word) for page in PAGES for word in re.findall(r"`?make ([a-z][a-z-]*)\b", page.read_text("utf-8"))
}


def test_the_pages_tell_commands() -> None:
    assert len(KG_COMMANDS) >= 8
    assert {"demo", "test", "bench", "check"} <= {target for _, target in MAKE_TARGETS}


@pytest.mark.parametrize(("page", "line"), KG_COMMANDS, ids=name_of)
def test_commands_parse(page: Path, line: str) -> None:
    words = shlex.split(re.split(r" [<>|] ", line)[0])[1:]
    group: Any = get_command(app)
    command = group.commands[words[0]]
    command.make_context(words[0], words[1:]).close()


@pytest.mark.parametrize(("page", "target"), sorted(MAKE_TARGETS), ids=name_of)
def test_targets_stand_in_the_makefile(page: Path, target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE) or is_prose(page, target)


def is_prose(page: Path, target: str) -> bool:
    """True where `make` is only an English word: the target stands neither in code nor in a command."""
    text = page.read_text("utf-8")
    return f"`make {target}" not in text and not any(line.startswith(f"make {target}") for line in commands_in(page))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = CODE.sub("", page.read_text("utf-8"))
    targets = [target for target in LINK.findall(text) if not target.startswith("http")]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_name_no_machine(page: Path) -> None:
    assert not re.search(r"/(work|root|tmp)/|localhost", page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_markers_are_closed_and_known(page: Path) -> None:
    text = page.read_text("utf-8")
    assert len(re.findall(r"<!-- (?:run|table|example|finally): ", text)) == text.count("<!-- end -->")
    blocks = [block for block in BLOCKS if block[0] == page]
    assert len(blocks) == text.count("<!-- end -->")
    assert [name for _, kind, name, _ in blocks if kind in ("table", "example") and name not in refresh.MAKERS] == []


@pytest.mark.parametrize(("page", "kind", "name", "content"), BLOCKS, ids=name_of)
def test_blocks_are_filled(page: Path, kind: str, name: str, content: str) -> None:
    assert content.strip(), f"{page.name} lacks what `{name}` gives: run `make docs`"


def test_tables_are_current() -> None:
    check = [sys.executable, "-m", "docs.refresh", "--check"]
    run = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_check_finds_a_stale_table(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- table: prefixes -->\nold\n<!-- end -->\n")
    assert refresh.refresh(page, {"table"}, write=False)
    assert "old" in page.read_text()
    assert refresh.refresh(page, {"table"}, write=True)
    assert "`kg:`" in page.read_text() and "old" not in page.read_text()
    assert not refresh.refresh(page, {"table"}, write=True)


def test_the_readme_opens_with_the_picture_of_the_graph() -> None:
    assert "](docs/graph.png)" in "".join(README.read_text("utf-8").splitlines()[:6])
    data = refresh.PICTURE.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (refresh.WIDE, refresh.HIGH)


@pytest.mark.parametrize("page", [page for page in PAGES if code_in(page, "python")], ids=name_of)
def test_python_runs(page: Path, tmp_path: Path) -> None:
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    (tmp_path / "build").mkdir()
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(code_in(page, "python"))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    if page == README:
        assert "Vladimir Putin — Meet → Kim Jong Un" in run.stdout
        assert (tmp_path / "build" / "august.html").stat().st_size > 500_000


def test_the_python_of_the_readme_is_short() -> None:
    lines = [line for line in code_in(README, "python")[0].splitlines() if line.strip()]
    assert 15 <= len(lines) <= 22


def test_a_trigger_word_is_added_without_python(tmp_path: Path) -> None:
    for folder in ("kg", "ontology", "seeds"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    recipe = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    command = next(line for line in commands_in(ROOT / "CONTRIBUTING.md") if "hobnobbed" in line)
    words = [sys.executable, *shlex.split(command)[1:]]

    def printed() -> str:
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    assert printed() == ""
    triggers = tmp_path / "ontology" / "triggers.ttl"
    old = re.search(r'kg:verb "meet" , "meet with" ,', recipe)
    assert old and '"hobnob with"' in recipe
    before, found, after = triggers.read_text("utf-8").partition(old[0])
    assert found
    triggers.write_text(f'{before}{found} "hobnob with" ,{after}', encoding="utf-8")
    assert printed() == "Vladimir Putin — Meet → Kim Jong Un"
    assert printed() in recipe
