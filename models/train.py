"""Train the recogniser whose weights ship with the package, and measure it on documents that it never saw.

usage: python -m models.train --maccrobat FOLDER --articles FOLDER [--weights FILE]

FOLDER of --maccrobat holds brat files (NAME.txt, NAME.ann), that of --articles unlabelled case reports in any format
that casetab reads: the clusters of words come from them. The same folders give the same weights.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from spacy.language import Language

from extract.nlp.ner_features import Clusters
from extract.nlp.ner_model import SHIPPED, Recogniser, Weights
from extract.nlp.pipeline import load_pipeline
from models.corpora import AUXILIARY, HELD_OUT, Example, read_maccrobat, split
from models.encode import Encoder, annotated, encode
from models.scoring import Counts

CONFIG = Path(__file__).parent / "config.yaml"


def main() -> None:
    """Train, measure, write."""
    given = _arguments()
    training, held_out = split(read_maccrobat(given.maccrobat))
    if not training:
        sys.exit(f"{given.maccrobat}: {HELD_OUT} documents are held out, and there are no more than these to train on")
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    nlp = load_pipeline()
    began = time.perf_counter()
    if given.evaluate:
        weights = Weights.load(given.weights)
    else:
        from models.clusters import train_clusters

        clusters = train_clusters(nlp, given.articles, config["seed"])
        _say(f"{len(clusters)} words in clusters ({time.perf_counter() - began:.0f} s)")
        weights = train_on(nlp, training, given.articles, clusters, config)
        weights.save(given.weights)
        size = given.weights.stat().st_size
        _say(f"{len(weights.keys)} features, {size:,} bytes: {given.weights} ({time.perf_counter() - began:.0f} s)")
    _say(f"{len(training)} documents to train on, {len(held_out)} held out; on those held out:")
    _say(measure(nlp, held_out, Recogniser(weights)).table())


def train_on(
    nlp: Language, examples: list[Example], articles: Path, clusters: Clusters, config: dict[str, Any]
) -> Weights:
    """Return the weights of a CRF trained on examples, and once more on these and on silver sentences.

    Parameters
    ----------
    articles : folder of the articles that the silver sentences are taken from.
    config : the settings of config.yaml.
    """
    from models.crf import Settings, train
    from models.silver import read_silver

    encoder = Encoder(clusters)
    settings = Settings(config["c1"], config["c2"], config["iterations"], config["minfreq"], config["bonus"])
    sequences = [sequence for example in examples for sequence in encoder.sequences(encode(nlp, example))]
    weights = train(sequences, clusters, settings)
    silver = read_silver(nlp, articles, Recogniser(weights), config["silver"])
    _say(f"{len(silver)} silver sentences")
    for example in silver:
        sequences += encoder.sequences(encode(nlp, example), hide_names=True)
    return train(sequences, clusters, settings)


def measure(nlp: Language, examples: list[Example], recogniser: Recogniser) -> Counts:
    """Return how a recogniser does on examples; labels that only help the others are left out."""
    counts = Counts()
    for example in examples:
        found = [(e.start, e.end, e.label) for e in recogniser.entities(annotated(nlp, example.text))]
        wanted = [span for span in example.spans if span[2] not in AUXILIARY]
        counts.add(wanted, [span for span in found if span[2] not in AUXILIARY])
    return counts


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train casetab's recogniser.")
    parser.add_argument("--maccrobat", type=Path, help="folder of brat files: NAME.txt and NAME.ann")
    parser.add_argument("--articles", type=Path, help="folder of unlabelled case reports")
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="file to write (with --evaluate: to read)")
    parser.add_argument("--evaluate", action="store_true", help="measure the weights as they are, train nothing")
    given = parser.parse_args()
    for name, needed in (("maccrobat", True), ("articles", not given.evaluate)):
        folder = getattr(given, name)
        if needed and (folder is None or not folder.is_dir()):
            parser.error(f"--{name} must name a folder that is there; models/README.md says where to get the corpora")
    return given


if __name__ == "__main__":
    main()
