"""Clusters of words that stand in like company: k-means over floret vectors trained on unlabelled articles.

floret (Explosion, MIT) trains the vectors, scikit-learn the clusters; both with one thread and a fixed seed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

import numpy as np
from spacy.language import Language

from extract.errors import CasetabError
from extract.nlp.ner_features import Clusters, normal_form
from extract.normalize.stage import normalize
from extract.run.worklist import find_articles
from extract.sources.read import read_source

SIZES = (64, 256, 1024)
"""Numbers of clusters: coarse ones tell parts of speech apart, fine ones drugs from tests."""

_RARE = 5  # a word seen less often gets no cluster
_SHORTEST = 40  # characters of a paragraph worth reading
_BLANK = re.compile(r"\s")


def train_clusters(nlp: Language, folder: Path, seed: int) -> Clusters:
    """Return the clusters of the words of a folder's articles: number of the word to its cluster of each size."""
    import floret
    from sklearn.cluster import MiniBatchKMeans

    with tempfile.TemporaryDirectory() as held:
        path = Path(held) / "text"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(_lines(nlp, folder))
        model = floret.train_unsupervised(
            str(path), model="skipgram", dim=64, ws=3, minCount=_RARE, epoch=8, thread=1, minn=3, maxn=6,
            bucket=200_000, neg=5, lr=0.05,
        )  # fmt: skip
    words = model.get_words()
    vectors = np.array([model.get_word_vector(word) for word in words], dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    columns = [
        MiniBatchKMeans(size, random_state=seed, n_init=3, batch_size=4096, max_iter=60).fit(vectors).labels_
        for size in SIZES
    ]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {crc32(word.encode()): row for word, row in zip(words, rows, strict=True)}


def _lines(nlp: Language, folder: Path) -> Iterable[str]:
    for item in find_articles([str(folder)]):
        try:
            text = normalize(read_source(item.path, item.article_id)).text
        except CasetabError:
            continue  # a file that cannot be read has nothing to teach
        for paragraph in text.split("\n"):
            if len(paragraph) >= _SHORTEST:
                words = (normal_form(token.text) for token in nlp.tokenizer(paragraph) if not token.is_space)
                yield " ".join(_BLANK.sub("", word) for word in words) + "\n"
