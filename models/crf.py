"""Training of the linear-chain CRF by python-crfsuite, and its weights in the form in which the package reads them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pycrfsuite  # type: ignore[import-untyped,unused-ignore]

from extract.nlp.ner_features import Clusters
from extract.nlp.ner_model import Weights
from models.encode import Sequence

_NEVER = -50.0  # a transition that training never saw


@dataclass(frozen=True, slots=True)
class Settings:
    """How a CRF is trained.

    Attributes
    ----------
    c1, c2 : weights of the penalties on the features' absolute and squared weights; c1 leaves few features.
    iterations : of L-BFGS, at most.
    minfreq : features seen less often are left out.
    bonus : added to the score of a label where an entity begins: above 0 more are found, and fewer are right.
    """

    c1: float = 0.1
    c2: float = 0.1
    iterations: int = 100
    minfreq: int = 1
    bonus: Mapping[str, float] = field(default_factory=dict)


def train(sequences: Iterable[Sequence], clusters: Clusters, settings: Settings) -> Weights:
    """Return the weights of a CRF trained on sentences; the same sentences in the same order give the same weights."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for sequence in sequences:
        trainer.append(sequence.features, sequence.tags)
    trainer.select("lbfgs")
    trainer.set_params(
        {
            "c1": settings.c1,
            "c2": settings.c2,
            "max_iterations": settings.iterations,
            "feature.minfreq": settings.minfreq,
            "feature.possible_transitions": False,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.crfsuite")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        try:
            info = tagger.info()
        finally:
            tagger.close()
    return _packed(info.labels, info.state_features, info.transitions, clusters, settings.bonus)


def _packed(
    labels: dict[str, str],
    states: dict[tuple[str, str], float],
    transitions: dict[tuple[str, str], float],
    clusters: Clusters,
    bonus: Mapping[str, float],
) -> Weights:
    tags = tuple(sorted(labels))
    number = {tag: i for i, tag in enumerate(tags)}
    keys = np.array(sorted({int(key) for key, _ in states}), dtype=np.uint32)
    scores = np.zeros((len(keys), len(tags)), dtype=np.float16)
    row = {int(key): i for i, key in enumerate(keys.tolist())}
    for (key, tag), weight in states.items():
        scores[row[int(key)], number[tag]] = weight
    moves = np.full((len(tags), len(tags)), _NEVER, dtype=np.float32)
    for (before, after), weight in transitions.items():
        moves[number[before], number[after]] = weight
    words = sorted(clusters)
    width = len(clusters[words[0]]) if words else 0
    return Weights(
        tags=tags,
        keys=keys,
        scores=scores,
        bias=np.array([bonus.get(tag[2:], 0.0) if tag[0] in "BU" else 0.0 for tag in tags], dtype=np.float32),
        transitions=moves,
        cluster_keys=np.array(words, dtype=np.uint32),
        clusters=np.array([clusters[word] for word in words], dtype=np.uint16).reshape(len(words), width),
    )
