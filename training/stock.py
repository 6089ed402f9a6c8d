"""Trains spaCy's own finder of names: from nothing, or on from the stock model's weights."""

import random
import time
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.training import Example
from spacy.util import compounding, fix_random_seed, minibatch
from thinc.api import Adam, Config

from training.corpora import Sentence, to_doc

SEED = 20260801
DROPOUT = 0.2
_NEW = """
[nlp]
lang = "en"
pipeline = ["ner"]

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 64
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "spacy.Tok2Vec.v2"

[components.ner.model.tok2vec.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 96
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"]
rows = [5000, 1000, 2500, 2500, 50, 50]
include_static_vectors = false

[components.ner.model.tok2vec.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 96
depth = 4
window_size = 1
maxout_pieces = 3
"""


def new_pipeline(labels: list[str]) -> Language:
    """A pipeline of an untrained finder as large as the stock model's."""
    nlp = spacy.util.load_model_from_config(Config().from_str(_NEW), auto_fill=True)
    for label in labels:
        nlp.get_pipe("ner").add_label(label)
    nlp.initialize()
    return nlp


def stock_pipeline(stock: Language, labels: list[str]) -> Language:
    """A pipeline of the stock model's finder, with the labels that it lacks."""
    nlp = spacy.blank("en", vocab=stock.vocab)
    nlp.add_pipe("ner", source=stock)
    for label in labels:
        nlp.get_pipe("ner").add_label(label)
    return nlp


def to_examples(nlp: Language, sentences: list[Sentence]) -> list[Example]:
    """Sentences as spaCy's training examples, in spaCy's own tokens."""
    return [Example(nlp.make_doc(sentence.text), to_doc([sentence], nlp)) for sentence in sentences]


def train(
    nlp: Language, sentences: list[Sentence], dev: list[Sentence], folder: Path, epochs: int, rate: float = 0.001
) -> None:
    """Trains, and writes the averaged weights of the best epoch on dev to the folder as `kg_ner` reads them."""
    fix_random_seed(SEED)
    shuffle = random.Random(SEED)
    examples, held = to_examples(nlp, sentences), to_examples(nlp, dev)
    optimizer = Adam(rate, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True)
    begun, best = time.time(), 0.0
    for epoch in range(epochs):
        shuffle.shuffle(examples)
        losses: dict[str, float] = {}
        size = compounding(16, 64, 1.002) if epoch == 0 else compounding(64, 64.001, 1.001)
        for batch in minibatch(examples, size):
            nlp.update(batch, sgd=optimizer, drop=DROPOUT, losses=losses)
        with nlp.use_params(optimizer.averages):
            docs = nlp.pipe(example.reference.text for example in held)
            guesses = [Example(doc, example.reference) for doc, example in zip(docs, held, strict=True)]
            score = Scorer().score(guesses)["ents_f"]
            print(
                f"epoch {epoch}: loss {losses['ner']:.0f}, dev F1 {score:.4f}, {time.time() - begun:.0f}s", flush=True
            )
            if score > best:
                best = score
                nlp.to_disk(folder, exclude=["tokenizer", "vocab"])
