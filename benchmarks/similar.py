"""Similar bars: what the vectors find among real bars, and how quickly a million of them are searched.

python benchmarks/similar.py                # a million bars, drawn around codes of the shipped space
python benchmarks/similar.py --data FOLDER  # and precision on the bars of a folder such as Groove MIDI
python benchmarks/similar.py --quick        # 120,000 bars
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import clave
from clave.latent.index_folder import Batch
from clave.rhythm import dataset
from clave.rhythm.bar_index import agreement, batch_of, open_bar_index, write_bar_index
from clave.rhythm.rhythm_vector import rhythm_vectors

BATCH, QUERIES, NEAR, SEED = 10_000, 200, 10, 0
GROOVES = 20_000  # of our own, whose codes the bars are drawn around


def drawn_bars(space: Any, count: int, rng: np.random.Generator) -> Iterator[list[clave.Pattern]]:
    """Bars of codes around those of our own grooves: details with noise of half a standard deviation."""
    around = own_codes(space)
    spread = around.detail.std(axis=0)
    for at in range(0, count, BATCH):
        rows = rng.integers(len(around.map), size=min(BATCH, count - at))
        detail = around.detail[rows] + 0.5 * spread * rng.standard_normal((len(rows), len(spread)))
        code = clave.Code(around.map[rows], detail.astype(np.float32))
        hits = space.hit_logits(code) > 0
        velocity = np.where(hits, rng.uniform(0.2, 1, hits.shape), 0)
        offset = np.where(hits, np.clip(0.4 * rng.standard_normal(hits.shape), -1.9, 1.9), 0)
        yield [clave.Pattern(*both) for both in zip(velocity, offset, strict=True)]


@cache
def own_codes(space: Any) -> clave.Code:
    """The codes of some of our own grooves in 4/4."""
    corpus = dataset.from_factory(takes=10, fills=0).in_meter((4, 4))
    return space.encode(corpus.subset(np.arange(0, len(corpus), 1 + len(corpus) // GROOVES)).patterns)


def million(count: int) -> dict[str, float]:
    """Size, times and recall of an index of so many bars, beside comparing all vectors."""
    space, rng = clave.load_rhythm(), np.random.default_rng(SEED)
    components: list[np.ndarray] = []

    def batches() -> Iterator[Batch]:
        for bars in drawn_bars(space, count, rng):
            rows = np.arange(len(bars))
            columns = {"source": rows * 0, "number": rows % 1000, "style": rows * 0, "section": rows * 0}
            yield (batch := batch_of(bars, columns))
            components.append(batch.vectors.astype(np.float16))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        begun = time.perf_counter()
        names = {"sources": ["drawn"], "styles": ["none"], "sections": ["beat"], "licences": [""]}
        write_bar_index(path, batches(), names)
        built = time.perf_counter() - begun
        size = sum(each.stat().st_size for each in path.iterdir())
        begun = time.perf_counter()
        index = open_bar_index(path)
        opened = time.perf_counter() - begun
        queries = next(drawn_bars(space, QUERIES, np.random.default_rng(SEED + 1)))
        index.similar(queries[:5], NEAR)
        times = []
        for bar in queries:
            begun = time.perf_counter()
            index.similar([bar], NEAR)
            times.append(time.perf_counter() - begun)
        found, _ = index.nearest(queries, NEAR)
        projection = index._index.projection
        whole = np.concatenate([projection(part.astype(np.float32)) for part in components])
        true, floor = exact(whole, projection(rhythm_vectors(queries)))
    recall = np.mean([len(set(one) & set(other)) / NEAR for one, other in zip(found, true, strict=True)])
    return {
        "bars": count, "megabytes": size / 1e6, "build_s": built, "open_ms": 1e3 * opened,
        "query_ms_median": 1e3 * float(np.median(times)), "query_ms_p95": 1e3 * float(np.quantile(times, 0.95)),
        "exact_ms": 1e3 * floor, "recall_at_10": float(recall),
    }  # fmt: skip


def exact(vectors: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, float]:
    """The true neighbours by comparing all vectors in 32 bits, and how long that takes a query."""
    squares = np.square(vectors).sum(axis=1)
    begun, found = time.perf_counter(), []
    for query in queries:
        far = squares - 2 * vectors @ query
        near = np.argpartition(far, NEAR)[:NEAR]
        found.append(near[np.argsort(far[near])])
    return np.array(found), (time.perf_counter() - begun) / len(queries)


def precision(folder: Path) -> dict[str, float]:
    """Of the 10 nearest bars: how many are of the same file or drummer, and how many strokes they share."""
    corpus = dataset.scan(folder).in_meter((4, 4))
    rng = np.random.default_rng(SEED)
    long = np.flatnonzero(np.bincount(corpus.source)[corpus.source] > NEAR)
    chosen = rng.choice(long, min(1000, len(long)), replace=False)
    bars = corpus.patterns
    vectors = {
        "rhythm": rhythm_vectors(bars),
        "hits": corpus.hits.reshape(len(corpus), -1).astype(np.float32),
    }
    result: dict[str, float] = {"queries": len(chosen)}
    for name, of in vectors.items():
        near = np.array([row[row != own][:NEAR] for row, own in zip(exact_many(of, chosen), chosen, strict=True)])
        result[f"{name}_same_file_at_10"] = float((corpus.source[near] == corpus.source[chosen][:, None]).mean())
        shared = [
            agreement(bars[own], bars[each]) for own, row in zip(chosen[:200], near, strict=False) for each in row
        ]
        result[f"{name}_agreement"] = float(np.mean(shared))
    result["chance_same_file_at_10"] = float(np.square(np.bincount(corpus.source) / len(corpus)).sum())
    return result


def exact_many(vectors: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The 11 nearest rows of each of these rows."""
    far = np.square(vectors).sum(axis=1) - 2 * vectors[chosen] @ vectors.T
    near = np.argpartition(far, NEAR + 1, axis=1)[:, : NEAR + 1]
    return np.take_along_axis(near, np.take_along_axis(far, near, 1).argsort(axis=1), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found: dict[str, Any] = {"search": million(120_000 if given.quick else 1_000_000)}
    if given.data is not None:
        found["precision"] = precision(given.data)
    print(json.dumps(found, indent=2))
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
