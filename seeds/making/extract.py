"""Stage one: fact folders → `seeds/facts/*.csv`. Only ids, names, dates, coordinates and terms of office are taken, and
nothing from databases with share-alike licences (Wikipedia's lists and ParlGov in `partyfacts`, Wikipedia's in
`everypol-world-leaders`) or without a stated one where more than bare names is at stake (WhoGov).
"""

import csv
import gzip
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from making.tables import FACTS, abbreviates, cells, curated, fold, read_table, tidy, write_table

Fact = tuple[str, ...]
_EVERYPOL = {
    "china-ministers": "cn",
    "israel-ministers": "il",
    "italy-ministers": "it",
    "japan-ministers": "jp",
    "north-korea": "kp",
    "russia-cabinet": "ru",
    "south-korea-ministers": "kr",
    "ukraine-cabinet": "ua",
    "united-kingdom-cabinet": "gb",
    "us-cabinet": "us",
    "world": "",
}
_SMALL_WORDS = frozenset({"of", "and", "for", "the", "on", "in", "international", "de"})
_LANGUAGES = {"NAME_DE": "de", "NAME_ES": "es", "NAME_FR": "fr", "NAME_PT": "pt", "NAME_RU": "ru", "NAME_ZH": "zh"}
_CHAMBERS = {"sen": ("Senator", "U.S. Senate"), "rep": ("Representative", "U.S. House of Representatives")}

_NO_COUNTRY = re.compile(r"\b(?:\w+ (?:Ocean|Sea)|(?!(?:of|and|the)\b)[a-z]\w*)\b")
"""What names no country though a word of it may: the Indian Ocean, and words in lower case (`states`)."""

_LIVING_MEMORY = 1940
_TITLED = re.compile(
    r"(?:President|Sir|King|Queen|Saint|St\.|Lord|Duke|General|Admiral|Marshal|Emperor|Pope|Baron|Count) "
)


class Facts:
    """The fact folders with what several extractions need: codes by QID and by ISO-3, and the confirmed QIDs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        territories = self.rows("rigour/territories.csv", "code", "qid", "alpha3", "other_qids")
        self.code_of = {qid: row["code"] for row in territories for qid in [row["qid"], *row["other_qids"].split("|")]}
        self.code_of_iso3 = {row["alpha3"].upper(): row["code"] for row in territories if row["alpha3"]}
        with gzip.open(folder / "qid_evidence.csv.gz", "rt", encoding="utf-8", newline="") as file:
            self.confirmed = {row["qid"] for row in csv.DictReader(file)}
        self.demonyms = {
            fold(word): row["code"]
            for row in curated("countries", "code", "name", "names", "acronyms", "adjectives")
            for word in [row["name"], *cells(f"{row['names']}|{row['acronyms']}|{row['adjectives']}")]
        }
        self.kinds = [
            (row["source"], row["pattern"], row["types"]) for row in curated("kinds", "source", "pattern", "types")
        ]

    def rows(self, name: str, *fields: str) -> list[dict[str, str]]:
        """The rows of a CSV file of the fact folders."""
        return list(read_table(self.folder / name, fields))

    def types(self, source: str, text: str) -> str:
        """The entity types that a source's description allows, joined by `|`; empty where it is none of ours."""
        for of, pattern, types in self.kinds:
            if of == source and re.search(pattern, text, re.IGNORECASE):
                return types
        return ""

    def country_in(self, text: str) -> str:
        """The code of the only country that a text names, or empty."""
        words = fold(_NO_COUNTRY.sub("_", text)).split()
        found = {
            self.demonyms[name]
            for size in (1, 2, 3)
            for i in range(len(words))
            if (name := " ".join(words[i : i + size])) in self.demonyms
        }
        return found.pop() if len(found) == 1 else ""


def extract(folder: Path) -> dict[str, int]:
    """Writes the tables of facts and returns the number of rows of each."""
    source = Facts(folder)
    tables = {
        "identities": (("qid", "label", "types", "country", "born", "died", "source"), identities(source)),
        "places": (
            ("qid", "name", "names", "country", "admin", "latitude", "longitude", "population", "geonames", "feature", "source"),
            places(source),
        ),
        "regions": (("code", "name", "names", "country", "geonames", "source"), regions(source)),
        "terms": (("qid", "person", "title", "body", "country", "start", "end", "source"), terms(source)),
        "parties": (("qid", "name", "short", "native", "country", "source"), parties(source)),
        "organizations": (
            ("key", "qid", "name", "names", "acronyms", "types", "country", "dissolved", "members", "source"),
            organizations(source),
        ),
        "bodies": (("qid", "name", "type", "country", "source"), bodies(source)),
        "known": (("qid", "name", "names", "type", "country", "region", "source"), known(source)),
        "equipment": (("name", "kind", "country", "source"), equipment(source)),
        "words": (("word", "count", "source"), words(source)),
    }  # fmt: skip
    return {name: write_table(FACTS / f"{name}.csv", fields, rows) for name, (fields, rows) in tables.items()}


def identities(source: Facts) -> Iterator[Fact]:
    """QIDs with a name, the types that the naming source allows, and what tells namesakes apart."""
    for row in _all_identities(source):
        qid, label, types = row[:3]
        if qid in source.confirmed and types and fold(label):
            yield (qid, tidy(label), *row[2:])


def _all_identities(source: Facts) -> Iterator[Fact]:
    for row in source.rows("rigour/territories.csv", "qid", "name", "full_name"):
        types = "Country|Region" if "-" not in row["code"] else "Region|Country"
        for label in {row["name"], row["full_name"]} - {""}:
            yield row["qid"], label, types, row["code"][:2], "", "", "rigour"
    for row in source.rows("country-coder/borders.csv", "qid", "nameEn", "iso2", "aliases"):
        country = (row["iso2"] or row["aliases"].split("|")[0]).lower()[:2]
        yield (
            row["qid"],
            row["nameEn"],
            "Country|Region|Location",
            country if country.isalpha() else "",
            "",
            "",
            "country-coder",
        )
    for row in source.rows("natural-earth/ne_10m_populated_places_slim.csv", "wikidataid", "NAME", "NAME_EN"):
        for label in {row["NAME"], row["NAME_EN"], row["NAMEASCII"]} - {""}:
            yield row["wikidataid"], label, "City", _country_of_place(row), "", "", "natural-earth"
    for qid, label, country, born, died, of in _persons(source):
        yield qid, label, "Person", country, born, died, of
    for row in source.rows("partyfacts/wikidata.csv", "wikidata_id", "name", "name_native", "country"):
        for label in {row["name"], row["name_native"]} - {""}:
            yield (
                row["wikidata_id"],
                label,
                "ArmedGroup|Party",
                source.code_of_iso3.get(row["country"], ""),
                "",
                "",
                "partyfacts",
            )
    yield from _organization_identities(source)
    yield from _word_identities(source)


def _organization_identities(source: Facts) -> Iterator[Fact]:
    for row in source.rows("nsi/nsi_wikidata.csv", "qid", "label", "description"):
        yield (
            row["qid"],
            row["label"],
            source.types("nsi", row["description"]),
            source.country_in(row["description"]),
            "",
            "",
            "nsi",
        )
    for bloc in _blocs(source):
        for label in {bloc["name"], *_english(bloc)} if _is_trusted(bloc) else ():
            yield bloc.get("wikidata_id", ""), label, _bloc_types(source, bloc), "", "", "", "internacia"
    for row in source.rows("opensanctions-eu/igo_qids.csv", "qid", "name"):
        yield row["qid"], row["name"], "InternationalOrganization|Organization", "", "", "", "opensanctions"
    for row in source.rows("news-outlets/outlets_p856.csv", "qid", "label"):
        yield row["qid"], row["label"], "Media", "", "", "", "news-outlets"
    for row in source.rows("news-outlets/agencies_impresso.csv", "qid", "name"):
        yield row["qid"], row["name"], "Media", "", "", "", "news-outlets"
    for row in source.rows("everypol-world/wikidata-results-country-cabinets.csv", "state", "cabinet", "cabinetLabel"):
        yield (
            row["cabinet"],
            row["cabinetLabel"],
            "Government",
            source.code_of.get(row["state"], ""),
            "",
            "",
            "everypol",
        )


def _word_identities(source: Facts) -> Iterator[Fact]:
    for row in source.rows("oewn/oewn_wikidata.csv", "qid", "lexfile", "members", "gloss", "is_instance"):
        types = source.types("oewn", f"{row['lexfile']} {row['is_instance']}")
        years = re.search(r"\((?:born )?(\d{4})(?:\s*[-–]\s*(\d{4}))?\)", row["gloss"]) if types == "Person" else None
        born, died = (years.group(1), years.group(2) or "") if years else ("", "")
        country = source.country_in(row["gloss"].partition(";")[0]) if row["lexfile"] == "noun.location" else ""
        for label in row["members"].split("|"):
            yield row["qid"], label, types, country, born, died, "oewn"


def _persons(source: Facts) -> Iterator[Fact]:
    """qid, name, country, born, died, source of every person of the fact folders."""
    for stem, country in _EVERYPOL.items():
        lives: dict[str, tuple[str, str]] = {}
        for file in (f"{stem}-bio.csv", f"{stem}-holders21.csv", f"{stem}-legislators.csv"):
            path = source.folder / "everypol-countries" / file
            if not path.exists():
                continue
            for row in read_table(path, ()):
                qid, name = row.get("personID") or row.get("id", ""), row.get("person") or row.get("name", "")
                born, died = row.get("dob") or row.get("DOB") or "", row.get("dod") or row.get("DOD") or ""
                lives[qid] = (born, died) if born or died else lives.get(qid, ("", ""))
                yield qid, name, country, *lives[qid], "everypol"
    for row in source.rows(
        "everypol-world-leaders/wikidata-2022.csv", "officeholder", "officeholderLabel", "countryid"
    ):
        yield (
            row["officeholder"],
            row["officeholderLabel"],
            source.code_of.get(row["countryid"], ""),
            "",
            "",
            "everypol",
        )
    for row in source.rows("everypol-world/sources-foreign-wikidata.csv", "person", "name", "country"):
        yield row["person"], row["name"], source.code_of.get(row["country"], ""), "", "", "everypol"
    yield from _congress(source)


def _congress(source: Facts) -> Iterator[Fact]:
    for file in ("executive", "legislators-current", "legislators-2024-11"):
        for person in _congress_file(source, file):
            qid = person["id"].get("wikidata", "")
            name, bio = person["name"], person.get("bio", {})
            plain = f"{name.get('nickname') or name['first']} {name['last']}"
            for label in {name.get("official_full", plain), plain, f"{name['first']} {name['last']}"}:
                yield qid, label, "us", str(bio.get("birthday", "")), "", "congress-legislators"


def _congress_file(source: Facts, file: str) -> list[dict[str, Any]]:
    import yaml

    text = (source.folder / "congress-legislators" / f"{file}.yaml").read_text(encoding="utf-8")
    people: list[dict[str, Any]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return people


def _country_of_place(row: dict[str, str]) -> str:
    return {"Kosovo": "xk", "Norway": "no", "France": "fr", "Somaliland": "so", "Northern Cyprus": "cy"}.get(
        row["ADM0NAME"], row["ISO_A2"].lower() if row["ISO_A2"].isalpha() else ""
    )


def places(source: Facts) -> Iterator[Fact]:
    """Populated places with coordinates, population and their names in other languages (`es:Moscú|…`)."""
    for row in source.rows(
        "natural-earth/ne_10m_populated_places_slim.csv", "NAME", "NAME_EN", "LATITUDE", "GEONAMEID"
    ):
        own = {row["NAME"], row["NAMEASCII"], row["NAME_EN"]}
        english = own | _other_names(row, own)
        names = {f"en:{tidy(name)}" for name in english if name.strip()} | {
            f"{language}:{tidy(row[column])}"
            for column, language in _LANGUAGES.items()
            if row[column] and row[column] not in english
        }
        geonames = row["GEONAMEID"].removesuffix(".0").removesuffix("-1")
        qid = row["wikidataid"] if row["wikidataid"] in source.confirmed else ""
        yield (
            qid, tidy(row["NAME_EN"] or row["NAME"]), "|".join(sorted(names)), _country_of_place(row), tidy(row["ADM1NAME"]),
            f"{float(row['LATITUDE']):.4f}", f"{float(row['LONGITUDE']):.4f}", row["POP_MAX"].removesuffix(".0"),
            geonames, row["FEATURECLA"], "natural-earth",
        )  # fmt: skip


def _other_names(row: dict[str, str], own: set[str]) -> set[str]:
    """The alternative names of a place, without the region or state that some write behind it (`Columbus, Ohio`)."""
    around = {fold(row["ADM1NAME"]), fold(row["ADM0NAME"])} - {fold(name) for name in own}
    return {name for name in re.split(r"[|;,]", row["NAMEALT"]) if fold(name) not in around}


def regions(source: Facts) -> Iterator[Fact]:
    """First-level regions of every country by GeoNames."""
    path = source.folder / "geonames-admin1" / "admin1CodesASCII.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        code, name, plain, geonames = line.split("\t")
        names = "|".join(sorted({tidy(name), tidy(plain)}))
        yield code.lower(), tidy(name), names, code[:2].lower(), geonames, "geonames"


def terms(source: Facts) -> Iterator[Fact]:
    """Terms of office: person, title, country, start and end; `body` where it is not the country."""
    for stem, country in _EVERYPOL.items():
        path = source.folder / "everypol-countries" / f"{stem}-holders21.csv"
        if path.exists():
            for row in read_table(path, ("position", "person", "personID", "start", "end")):
                dates = row["start"], row["end"]
                yield row["personID"], tidy(row["person"]), row["position"], "", country, *dates, "everypol"
    for row in source.rows("everypol-world-leaders/wikidata-2022.csv", "officeholder", "positionLabel", "start_year"):
        country = source.code_of.get(row["countryid"], "")
        label, dates = tidy(row["officeholderLabel"]), (row["start_year"], row["end_year"])
        yield row["officeholder"], label, row["positionLabel"], "", country, *dates, "everypol"
    for row in source.rows("everypol-world/sources-foreign-wikidata.csv", "person", "name", "country", "start"):
        country = source.code_of.get(row["country"], "")
        yield row["person"], tidy(row["name"]), row["positionLabel"], "", country, row["start"], "", "everypol"
    for person in _congress_file(source, "legislators-current"):
        term, name = person["terms"][-1], person["name"]
        title, body = _CHAMBERS[term["type"]]
        first = next(t["start"] for t in person["terms"] if t["type"] == term["type"])
        label = f"{name.get('nickname') or name['first']} {name['last']}"
        yield person["id"].get("wikidata", ""), tidy(label), title, body, "us", str(first), "", "congress-legislators"


def parties(source: Facts) -> Iterator[Fact]:
    """Parties with short and native names."""
    for row in source.rows("partyfacts/wikidata.csv", "country", "wikidata_id", "name", "name_short", "name_native"):
        qid = row["wikidata_id"] if row["wikidata_id"] in source.confirmed else ""
        country = source.code_of_iso3.get(row["country"], "")
        yield qid, tidy(row["name"]), tidy(row["name_short"]), tidy(row["name_native"]), country, "partyfacts"


def _blocs(source: Facts) -> list[dict[str, Any]]:
    path = source.folder / "internacia-db" / "intblocks.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _bloc_types(source: Facts, bloc: dict[str, Any]) -> str:
    return source.types("internacia", bloc["blocktype"][0])


def _english(bloc: dict[str, Any]) -> set[str]:
    return {other["name"] for other in bloc.get("other_names", []) if other["id"] == "en"}


def _is_trusted(bloc: dict[str, Any]) -> bool:
    """True where the item's English name agrees with the bloc's own: some ids of this source are of other things.

    Half of the words in common, or one the abbreviation of the other.
    """
    name = str(bloc["name"])
    words = set(fold(name).split()) - _SMALL_WORDS
    for other in _english(bloc):
        others = set(fold(other).split()) - _SMALL_WORDS
        short, other_short = re.sub(r"\W", "", name), re.sub(r"\W", "", other)
        if fold(name) == fold(other) or (words and len(words & others) / len(words | others) >= 0.5):
            return True
        if abbreviates(other_short, name) or abbreviates(short, other) or fold(other_short) == fold(bloc["id"]):
            return True
    return False


def organizations(source: Facts) -> Iterator[Fact]:
    """International organisations and blocs."""
    used = Counter(bloc.get("wikidata_id", "") for bloc in _blocs(source))
    for bloc in _blocs(source):
        qid = bloc.get("wikidata_id", "")
        if not (types := _bloc_types(source, bloc)):
            continue
        acronyms = {a["value"] for a in bloc.get("acronyms", []) if a["lang"] == "en" and a["value"].isascii()}
        if re.fullmatch(r"[A-Z][A-Z0-9]+", bloc["id"]):
            acronyms.add(bloc["id"])
        others = bloc.get("other_names", []) if _is_trusted(bloc) else []
        names = {f"{other['id']}:{tidy(other['name'])}" for other in others}
        seat = bloc.get("headquarters", {}).get("country", "").lower()
        confirmed = qid if qid in source.confirmed and used[qid] == 1 and _is_trusted(bloc) else ""
        dissolved = str(bloc.get("dissolved") or bloc.get("ended") or "")
        yield (
            bloc["id"], confirmed, tidy(bloc["name"]), "|".join(sorted(names)), "|".join(sorted(acronyms)), types, seat,
            dissolved, "|".join(sorted(_members(bloc))), "internacia",
        )  # fmt: skip


def _members(bloc: dict[str, Any]) -> set[str]:
    """Codes of the countries that are full members."""
    return {
        member["id"].lower()
        for member in bloc.get("includes", [])
        if member.get("type") == "country" and member.get("status", "member") == "member"
    }


def bodies(source: Facts) -> Iterator[Fact]:
    """Government bodies, forces, companies and media whose description says that more than a town knows them."""
    for row in source.rows("nsi/nsi_wikidata.csv", "qid", "label", "description"):
        type_ = source.types("nsi-body", row["description"])
        country = source.country_in(f"{row['description']} {row['label']}")
        if type_ and row["qid"] in source.confirmed and (country or type_ == "Company"):
            yield row["qid"], tidy(row["label"]), type_, country, "nsi"


def known(source: Facts) -> Iterator[Fact]:
    """What every reader is taken to know, as Open English WordNet has it: places, waters, wars, statesmen, universities.

    The words before the first preposition of a gloss say what it is, those behind `in` and `of` where.
    """
    for row in source.rows("oewn/oewn_wikidata.csv", "qid", "lexfile", "members", "gloss", "is_instance"):
        kind = re.split(r"[;,:(]| (?:in|of|on|at|near|that|which|who|where|between|off|to|from|with) ", row["gloss"])[0]
        text = f"{row['lexfile']} {row['is_instance']} {kind}|{row['members']}|{row['gloss']}"
        type_ = source.types("oewn-known", text)
        names = [tidy(name) for name in row["members"].split("|")]
        if type_ in ("Person", "NamedEvent"):
            names = [name for name in names if " " in name and not _TITLED.match(name)]
            names = names if type_ == "NamedEvent" or _is_remembered(row["gloss"]) else []
        if type_ and names and row["qid"] in source.confirmed:
            region = re.search(r"\b(?:in|of) (?:the )?(?:[a-z]+ )*((?:[A-Z]\w+ ?)+)", row["gloss"])
            where = region.group(1).strip() if region and type_ in ("City", "Region") else ""
            country = source.country_in(kind if type_ == "Person" else where)
            yield row["qid"], names[0], "|".join(sorted(set(names))), type_, country, where, "oewn"


def _is_remembered(gloss: str) -> bool:
    """True of people whose years the gloss gives and who lived on into living memory: news has namesakes of the others."""
    years = re.search(r"\((?:born(?: in)? \d{4}|\d{4}\s*[-–]\s*(\d{4}))\)", gloss)
    return years is not None and int(years.group(1) or _LIVING_MEMORY) >= _LIVING_MEMORY


def equipment(source: Facts) -> Iterator[Fact]:
    """Weapon models with their kind and where they are made."""
    text = (source.folder / "oryx-petro" / "russia_losses_equipment_oryx.json").read_text(encoding="utf-8")
    for row in json.loads(text):
        yield tidy(row["model"]), row["equipment_oryx"], row["manufacturer"].removeprefix("the "), "oryx"


def words(source: Facts) -> Iterator[Fact]:
    """Words that news writes in lower case, with how often: what is no name by itself."""
    count: Counter[str] = Counter()
    archive = source.folder.parent / "ner" / "gmb" / "ner_dataset.csv.zip"
    with zipfile.ZipFile(archive) as files, files.open("ner_dataset.csv") as file:
        for row in csv.DictReader(io.TextIOWrapper(file, encoding="latin-1", newline="")):
            word = row["Word"]
            if word.isalpha() and word.isascii() and word.islower() and len(word) > 1:
                count[word] += 1
    for word, number in count.items():
        if number >= 3:
            yield word, str(number), "gmb"
    for row in source.rows("oewn/oewn_wikidata.csv", "members"):
        for word in row["members"].split("|"):
            if word.isalpha() and word.isascii() and word.islower() and count[word] < 3:
                yield word, "0", "oewn"
