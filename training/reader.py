"""Fine-tunes MiniLM-L6 to read events and their parties, for `kg.nlp.reader`.

    python -m training.reader --data ../shared/data --gold ../shared/gold

Learns from all examples. Writes `build/reader/0` to `2`, each of which
has not seen a third of the documents (the scorers learn from what these make of them), and `seeds/models/reader`, which
has seen all; the four are trained beside each other. The lower three layers stay as they are, so what they give is
computed once. About eighteen passes over 240,000 pieces: plan an hour on two cores.
"""

import json
import multiprocessing
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from spacy.tokens import Doc
from torch import nn
from torch.nn import functional

from kg.nlp.minilm import to_windows
from kg.nlp.pipeline import WITHOUT_READER, load_pipeline
from kg.ontology import EVENT, types
from kg.statements import analyse
from training.examples import Example, parse_folders, read_examples
from training.minilm import AXES, INPUTS, WIDTH, Encoder, load_tokenizer, make_layered_optimizer, write_quantized
from training.scorers import AFTER_DATES, READERS, Trial, parties_of, trials_of

TARGET = Path(__file__).parent.parent / "seeds" / "models" / "reader"
FOLDS = 3
SEED, EPOCHS, PIECES = 1, 6, 1600
RATE, FRESH_RATE, DECAY, DROPOUT = 2e-4, 1e-3, 0.9, 0.2
_OPTIONAL, _NO_ENTRY, _PARTS = 0.5, 0.3, 1.5
"""How much an optional event counts, a word that neither tells one nor is in the lexicon, and the parties beside the types."""
TYPES = sorted(name for name, type_ in types().items() if type_.kind == EVENT)
ROOTS = sorted({str(types()[name].plover) for name in TYPES})
_ROOT_OF = torch.tensor([ROOTS.index(str(types()[name].plover)) for name in TYPES])
_FIRST, _LAST = 101, 102


class Word(NamedTuple):
    """A word of a window by its first piece, the numbers of the types that it tells, and how much it counts."""

    at: int
    types: list[int]
    weight: float


class Part(NamedTuple):
    """A mention beside a word, both by their first pieces: the root, neither (0), actor (1) or recipient (2)."""

    at: int
    mention: int
    root: int
    label: int
    weight: float


class Lesson(NamedTuple):
    """A window with what it teaches."""

    pieces: list[int]
    cases: list[int]
    words: list[Word]
    parts: list[Part]


def lessons_of(doc: Doc, example: Example, groups: list[list[Trial]], tokenizer: Any) -> list[Lesson]:
    """The windows of an annotated document."""
    windows = list(to_windows(doc, tokenizer))
    lessons = [Lesson(window.pieces, window.cases, [], []) for window in windows]
    where = {
        token.i: (lesson, first + 1)
        for lesson, window in zip(lessons, windows, strict=True)
        for token, first in zip(window.tokens, window.firsts, strict=True)
    }
    told = _words_told(doc, example, groups)
    known = {group[0].candidate.match.head.i for group in groups}
    for token in doc:
        if token.i in where and (token.i in told or token.i in known or token.pos_ in ("VERB", "NOUN", "PROPN", "ADJ")):
            lesson, at = where[token.i]
            here = told.get(token.i, {})
            lesson.words.append(Word(at, [TYPES.index(name) for name in sorted(here)], _weight(here, token.i in known)))
    for group in groups:
        for at, mention, root, label, weight in _parts(group):
            if at in where and mention in where and where[at][0] is where[mention][0]:
                where[at][0].parts.append(Part(where[at][1], where[mention][1], root, label, weight))
    return lessons


def _weight(told: dict[str, bool], known: bool) -> float:
    """How much a word counts, by the types that it tells, each with whether that is optional."""
    if not told:
        return 1.0 if known else _NO_ENTRY
    return _OPTIONAL if all(told.values()) else 1.0


def _words_told(doc: Doc, example: Example, groups: list[list[Trial]]) -> dict[int, dict[str, bool]]:
    """The types that each word tells: those of the lexicon, and of other triggers the head."""
    found: dict[int, dict[str, bool]] = {}
    known = set()
    for group in groups:
        head = group[0].candidate.match.head.i
        known.add(head)
        for told in (told for trial in group for told in trial.told if told.type in TYPES):
            here = found.setdefault(head, {})
            here[told.type] = here.get(told.type, True) and told.optional
    for told in (told for told in example.told if told.type in TYPES):
        span = doc.char_span(*told.trigger, alignment_mode="expand")
        if span is not None and not any(token.i in known for token in span):
            found[span.root.i] = {told.type: told.optional}
    return found


def _parts(group: list[Trial]) -> Iterator[tuple[int, int, int, int, float]]:
    """Word, mention, root, label and weight of each mention of the candidates that are told."""
    for trial in group:
        type_ = types()[trial.candidate.match.trigger.type]
        exact = [told for told in trial.told if told.type == type_.name]
        if not exact:
            continue
        sides = parties_of(trial, min(exact, key=lambda told: told.optional))
        unclear = {number for _, other in sides.values() for number in other}
        weight = _weight({told.type: told.optional for told in exact}, known=True)
        for number, span in enumerate(trial.candidate.mentions):
            if number not in unclear:
                label = next((k for k, role in enumerate(sides, 1) if number in sides[role][0]), 0)
                yield trial.candidate.match.head.i, span.root.i, ROOTS.index(str(type_.plover)), label, weight


class Model(nn.Module):
    """An encoder with a head over words and one over words with mentions."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.word = nn.Sequential(
            nn.Dropout(DROPOUT), nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, len(TYPES) + 1)
        )
        self.root = nn.Embedding(len(ROOTS), 64)
        self.part = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(3 * WIDTH + 64, WIDTH), nn.GELU(), nn.Linear(WIDTH, 3))

    def parts(self, word: torch.Tensor, mention: torch.Tensor, root: torch.Tensor) -> torch.Tensor:
        """The odds of neither, actor and recipient."""
        return self.part(torch.cat([word, mention, word * mention, self.root(root)], -1))


def to_batch(lessons: list[Lesson], below: dict[tuple[int, ...], torch.Tensor]) -> dict[str, torch.Tensor]:
    """Pieces, cases and mask of the windows padded to the longest, and what the frozen layers give where that is known."""
    size = max(len(lesson.pieces) for lesson in lessons) + 2
    pieces, cases, mask = (torch.zeros(len(lessons), size, dtype=torch.long) for _ in range(3))
    states = torch.zeros(len(lessons), size, WIDTH)
    for row, lesson in enumerate(lessons):
        end = len(lesson.pieces) + 1
        pieces[row, : end + 1] = torch.tensor([_FIRST, *lesson.pieces, _LAST])
        cases[row, 1:end] = torch.tensor(lesson.cases)
        mask[row, : end + 1] = 1
        if below:
            states[row, : end + 1] = below[tuple(lesson.pieces)].float()
    return {"pieces": pieces, "cases": cases, "mask": mask, "below": states}


@torch.no_grad()
def read_below(lessons: list[Lesson]) -> dict[tuple[int, ...], torch.Tensor]:
    """What the frozen layers give for the pieces of each window, at half precision."""
    encoder = Encoder().eval()
    found = {}
    ordered = sorted(lessons, key=lambda lesson: len(lesson.pieces))
    for start in range(0, len(ordered), 16):
        group = ordered[start : start + 16]
        batch = to_batch(group, {})
        for lesson, states in zip(group, encoder.below(batch["pieces"], batch["mask"]), strict=True):
            found[tuple(lesson.pieces)] = states[: len(lesson.pieces) + 2].half().clone()
    return found


def loss_of(model: Model, lessons: list[Lesson], below: dict[tuple[int, ...], torch.Tensor]) -> torch.Tensor:
    """Cross entropy of types, of roots, and of parts; of a word that tells several types their sum counts."""
    batch = to_batch(lessons, below)
    states = model.encoder.above(batch["below"], batch["mask"], batch["cases"])
    words = [(row, word) for row, lesson in enumerate(lessons) for word in lesson.words]
    scores = model.word(states[[row for row, _ in words], [word.at for _, word in words]]).log_softmax(-1)
    right = torch.zeros(2, *scores.shape, dtype=torch.bool)
    for number, (_, word) in enumerate(words):
        right[:, number, -1] = not word.types
        for type_ in word.types:
            right[0, number, type_] = True
            right[1, number, :-1] |= _ROOT_OF[type_] == _ROOT_OF
    weights = torch.tensor([word.weight for _, word in words])
    told = -scores.masked_fill(~right, -1e4).logsumexp(-1).sum(0)
    loss = (weights * told).sum() / weights.sum()
    parts = [(row, part) for row, lesson in enumerate(lessons) for part in lesson.parts]
    if parts:
        rows = [row for row, _ in parts]
        found = model.parts(
            states[rows, [part.at for _, part in parts]],
            states[rows, [part.mention for _, part in parts]],
            torch.tensor([part.root for _, part in parts]),
        )
        weights = torch.tensor([part.weight for _, part in parts])
        missed = functional.cross_entropy(found, torch.tensor([part.label for _, part in parts]), reduction="none")
        loss = loss + _PARTS * (weights * missed).sum() / weights.sum()
    return loss


def to_groups(lessons: list[Lesson], shuffle: random.Random) -> list[list[Lesson]]:
    """The windows in batches of like length, each of at most so many pieces."""
    groups: list[list[Lesson]] = [[]]
    for lesson in sorted(lessons, key=lambda lesson: len(lesson.pieces) + shuffle.random() * 20):
        if (len(groups[-1]) + 1) * len(lesson.pieces) > PIECES and groups[-1]:
            groups.append([])
        groups[-1].append(lesson)
    shuffle.shuffle(groups)
    return groups


def train(lessons: list[Lesson], below: dict[tuple[int, ...], torch.Tensor]) -> Model:
    """A model that has learned the lessons."""
    torch.manual_seed(SEED)
    shuffle = random.Random(SEED)
    model = Model().train()
    lessons = [lesson for lesson in lessons if lesson.words]
    epochs = [to_groups(lessons, shuffle) for _ in range(EPOCHS)]
    optimizer, schedule = make_layered_optimizer(model, RATE, FRESH_RATE, DECAY, sum(map(len, epochs)))
    for number, groups in enumerate(epochs, 1):
        total = 0.0
        for group in groups:
            loss = loss_of(model, group, below)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        print(f"epoch {number} of {EPOCHS}: loss {total / len(groups):.3f}", flush=True)
    return model.eval()


class _Words(nn.Module):
    """States and odds of each piece, for the export."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, cases: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        encoder = self.model.encoder
        states = encoder.above(encoder.below(ids, mask), mask, cases)
        return states, self.model.word(states)


class _Parts(nn.Module):
    """The odds of parts, for the export."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, word: torch.Tensor, mention: torch.Tensor, root: torch.Tensor) -> torch.Tensor:
        return self.model.parts(word, mention, root)


def save(model: Model, folder: Path) -> None:
    """Writes `model.onnx`, `parts.onnx`, `tokenizer.json` and `types.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    load_tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "types.json").write_text(json.dumps(TYPES) + "\n", encoding="utf-8")
    pieces = tuple(torch.ones(2, 8, dtype=torch.long) for _ in INPUTS)
    write_quantized(_Words(model), pieces, INPUTS, ["states", "scores"], AXES, folder / "model.onnx")
    pair = (torch.zeros(2, WIDTH), torch.zeros(2, WIDTH), torch.zeros(2, dtype=torch.long))
    write_quantized(_Parts(model), pair, ["word", "mention", "root"], ["scores"], {0: "pair"}, folder / "parts.onnx")


def folds_of(ids: Iterable[str]) -> list[list[str]]:
    """The documents in as many parts as there are folds."""
    ordered = sorted(ids)
    random.Random(7).shuffle(ordered)
    return [ordered[fold::FOLDS] for fold in range(FOLDS)]


def main() -> None:
    """Trains on all but each third of the examples, then on all."""
    options = parse_folders(__doc__)
    torch.set_num_threads(1)  # the trainings run beside each other
    examples = {example.document.id: example for example in read_examples(options.data, options.gold)}
    events: Any = load_pipeline(extractors=WITHOUT_READER).get_pipe("kg_events")
    tokenizer = load_tokenizer()
    lessons: dict[str, list[Lesson]] = {}
    documents = (example.document for example in examples.values())
    for document, doc in analyse(documents, without=AFTER_DATES, extractors=WITHOUT_READER):
        groups = trials_of(events, doc, examples[document.id])
        lessons[document.id] = lessons_of(doc, examples[document.id], groups, tokenizer)
    below = read_below([lesson for found in lessons.values() for lesson in found])

    def learn(folder: Path, held_back: list[str]) -> None:
        learned = sorted(set(lessons) - set(held_back))
        save(train([lesson for id_ in learned for lesson in lessons[id_]], below), folder)

    jobs = {READERS / str(fold): sorted(held_back) for fold, held_back in enumerate(folds_of(lessons))}
    trainings = [
        multiprocessing.get_context("fork").Process(target=learn, args=job) for job in [*jobs.items(), (TARGET, [])]
    ]
    for training in trainings:
        training.start()
    for training in trainings:
        training.join()
    if any(training.exitcode for training in trainings):
        raise SystemExit("a training ended early: see above")
    for folder, held_back in jobs.items():
        (folder / "held_back.json").write_text(json.dumps(held_back), encoding="utf-8")


if __name__ == "__main__":
    main()
