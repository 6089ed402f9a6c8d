"""A user's own entities: what a row means, what is told of rows that are wrong, and that a build uses them."""

from pathlib import Path

import pytest

from kg.builder import build
from kg.errors import SourceError
from kg.gazetteer import Gazetteer, load_gazetteer
from kg.model import Document, Entity
from kg.own_entities import gazetteer_with
from kg.statements import extract

TEXT = "Acme Lines signed an agreement with Russia on Thursday. Acme thanked Vladimir Putin for his support."


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = path / "mine.csv"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def opened(path: Path, *lines: str) -> Gazetteer:
    return gazetteer_with(write(path, *lines))


def test_a_row_adds_an_entity_with_its_names(tmp_path: Path) -> None:
    gazetteer = opened(tmp_path, "name,type,aliases,country", "Acme Shipping,Company,Acme | ACME Lines,Panama")
    acme = Entity("kge:Company-acme-shipping", "Company", "Acme Shipping")
    assert [gazetteer.find(name) for name in ("Acme Shipping", "Acme", "ACME Lines")] == [[acme]] * 3
    country = gazetteer.country_of(acme.id)
    assert country is not None
    assert country.name == "Panama"


def test_the_embedded_base_stays_as_it_is(tmp_path: Path) -> None:
    opened(tmp_path, "name,type", "Acme Shipping,Company")
    assert load_gazetteer().find("Acme Shipping") == []


def test_a_row_without_id_means_the_known_entity_of_that_name_and_type(tmp_path: Path) -> None:
    gazetteer = opened(tmp_path, "name,type,aliases", "Vladimir Putin,Person,the Tsar of Memes")
    assert [entity.id for entity in gazetteer.find("the Tsar of Memes")] == ["wd:Q7747"]
    assert gazetteer.rank("wd:Q7747") == load_gazetteer().rank("wd:Q7747")


def test_an_own_name_comes_before_a_less_known_namesake(tmp_path: Path) -> None:
    gazetteer = opened(tmp_path, "name,type,id", "Springfield,Company,kge:springfield-arms")
    assert gazetteer.find("Springfield")[0].id == "kge:springfield-arms"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_spreadsheets_are_read(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, delimiter.join(["Name", "Type"]), delimiter.join(["Acme", "Company"]), encoding="utf-8-sig")
    assert [entity.type for entity in gazetteer_with(path).find("Acme")] == ["Company"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["type", "Company"], "mine.csv:1 lacks the column 'name'"),
        (["name,typ", "Acme,Company"], "mine.csv:1 lacks the column 'type'"),
        (["name,type,alias", "Acme,Company,A"], "unknown column 'alias': did you mean 'aliases'?"),
        (["name,type,type", "Acme,Company,Company"], "column 'type' twice"),
        (["name,type"], "no rows below its header"),
        (["name,type", "Acme,Compny"], "mine.csv:2 has an unknown type 'Compny': did you mean 'Company'?"),
        (["name,type", ",Company"], "mine.csv:2 has no name"),
        (["name,type", "Acme,Company,x"], "mine.csv:2 has 3 cells, not 2"),
        (["name,type", '"Acme,Company'], "mine.csv:2 is no CSV"),
        (["name,type,country", "Acme,Company,Atlantis"], "mine.csv:2 has an unknown country 'Atlantis'"),
        (["name,type,id", "Acme,Company,Q0x"], "mine.csv:2 has the id 'Q0x'"),
        (["name,type,id", "Vlad,City,Q7747"], "mine.csv:2 makes wd:Q7747 a City, but it is the Person Vladimir Putin"),
        (["name,type,id", "A,City,kge:a", "B,Company,kge:a"], "mine.csv:3 makes kge:a a Company, row 2 a City"),
        (["name,type,latitude,longitude", "Acme,City,99,1"], "mine.csv:2 has the latitude '99'"),
        (["name,type,latitude,longitude", "Acme,City,9,"], "mine.csv:2 has only one of latitude and longitude"),
        (["name,type,rank", "Acme,City,high"], "mine.csv:2 has the rank 'high'"),
    ],
)
def test_errors_name_file_row_and_fix(tmp_path: Path, lines: list[str], told: str) -> None:
    with pytest.raises(SourceError) as error:
        opened(tmp_path, *lines)
    assert told in str(error.value)
    assert ": " in str(error.value)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not UTF-8"):
        gazetteer_with(write(tmp_path, "name,type", "Société Générale,Company", encoding="latin-1"))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        gazetteer_with(tmp_path / "none.csv")


def test_extraction_finds_own_entities(tmp_path: Path) -> None:
    path = write(tmp_path, "name,type,aliases", "Acme Shipping,Company,Acme|Acme Lines")
    statements = extract(Document("d1", TEXT), entities=path)
    actors = {mention.entity.id for statement in statements for mention in statement.actor}
    assert "kge:Company-acme-shipping" in actors


def test_a_build_with_a_changed_file_reads_again(tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(f"Ships for the east\n\n{TEXT} {TEXT}\n\n{TEXT}", encoding="utf-8")
    counts = []
    for aliases in ("Acme", "Acme|Acme Lines", "Acme|Acme Lines"):
        path = write(tmp_path, "name,type,aliases", f"Acme Shipping,Company,{aliases}")
        with build(article, tmp_path / "kg", entities=path) as store:
            [(count,)] = store.query("SELECT (COUNT(*) AS ?n) { ?run a prov:Activity ; kg:model ?model }").rows
            counts.append(count)
    assert counts == [1, 2, 2]
