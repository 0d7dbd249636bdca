"""The whole table: what comes back, how likely it is, what style and feel it has, what is drawn, what lies between.

Every number stands beside others of the same run: what simpler models reach that learned from the same bars, what real
bars reach, what a cross-fade does. A row that a space cannot give is left out, and the reason is told.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Float64, Int

from clave import __version__
from clave.errors import SpaceError
from clave.evaluation.rhythm import measures, peers
from clave.evaluation.rhythm.beats import Beats, Trial
from clave.evaluation.rhythm.measures import Hits
from clave.latent.code import Code
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.rhythm import attributes
from clave.rhythm.space import RhythmSpace

DRAWS = 256  # of an importance-sampled likelihood
NOISE, NOISY = 0.05, 5  # map units; draws of it
LINES, STEPS = 200, 32  # between pairs of real bars; of each line
SMALL_STEP = 0.02  # of the way, and in map units
SHIFTED = 40  # bars that are pushed in every direction
SHIFTS = (-2.0, -1.0, 1.0, 2.0)  # standard deviations
TIMED = 200  # points
PLAIN, PAPER, NETWORK = "plain VAE, 32-D, beta 0.1", "the paper's model", "RhythmVAE's network"
DEEP, GRU = "plain VAE, 2-D, beta 0.5", "GRU, step by step"

Rows = dict[str, dict[str, Any]]
"""Row -> what it says, by column."""


@dataclass(frozen=True)
class Rivals:
    """Models that have learned from the same beats."""

    latents: Mapping[str, peers.Latent]
    gru: peers.StepGRU
    narrow: Mapping[str, peers.Classifier]  # supervised, through as few numbers as a map, or as a small detail


@dataclass(frozen=True)
class Measuring:
    """A space that is being measured, with all that its rows share."""

    space: RhythmSpace
    trial: Trial
    rivals: Rivals | None
    judges: Mapping[str, peers.Classifier]  # by what they see
    learned: Code  # of the beats it has learned from
    drawn: Beats  # from its prior
    seed: int
    remarks: dict[str, str]  # row -> why it is missing

    @property
    def name(self) -> str:
        """Of the space."""
        return str(self.space.card["name"])

    def tried(self, rows: Rows, row: str, work: Callable[[], dict[str, Any]]) -> None:
        """Add a row, or the reason why the space has none."""
        try:
            rows[row] = work()
        except SpaceError as error:
            self.remarks[row] = str(error)


@dataclass(frozen=True)
class HeldOut:
    """Beats that nobody has learned from, and where the space puts them."""

    beats: Beats
    code: Code


def measured(
    space: RhythmSpace,
    trial: Trial,
    *,
    samples: int = 1000,
    with_peers: bool = True,
    seed: int = 0,
    progress: peers.Progress | None = None,
) -> dict[str, Any]:
    """Everything that can be said of a space by these beats, ready for JSON.

    `samples` bars are drawn from the prior, and about as many in all when styles are asked for.
    """

    def tell(what: str, done: int, whole: int) -> None:
        if progress is not None:
            progress(what, done, whole)

    judges = {
        name: peers.learned(peers.classifier(len(trial.styles), feel=feel), trial.train, trial.tuning, tell)
        for name, feel in (("hits and feel", True), ("hits", False))
    }
    rivals = rivals_from(trial, tell) if with_peers else None
    subjects: dict[str, Callable[[Measuring, HeldOut], Rows]] = {
        "hits": brought_back, "likelihood": likelihood, "style": styles, "asked": asked_for, "prior": prior,
        "copies": copies, "lines": lines, "feel": feel, "directions": directions,
    }  # fmt: skip
    whole = 2 + len(subjects) * len(trial.held_out)
    tell("measuring", 0, whole)
    drawn = Beats.made(space.sample(samples, seed=seed))
    tell("measuring", 1, whole)
    measuring = Measuring(space, trial, rivals, judges, space.encode(trial.train.patterns), drawn, seed, {})
    tell("measuring", 2, whole)
    splits: dict[str, dict[str, Rows]] = {}
    for split, beats in trial.held_out.items():
        held_out = HeldOut(beats, space.encode(beats.patterns))
        splits[split] = {}
        for subject, work in subjects.items():
            splits[split][subject] = work(measuring, held_out)
            tell("measuring", 2 + sum(map(len, splits.values())), whole)
    return {
        "clave": __version__, "space": measuring.name, "seed": seed, "samples": samples,
        "numbers": {"map": 2, "detail": space.detail_size},
        "bars": {"train": len(trial.train), "tuning": len(trial.tuning)}
        | {split: len(beats) for split, beats in trial.held_out.items()},
        "splits": splits, "speed": {measuring.name: speed(space, seed)}, "remarks": measuring.remarks,
    }  # fmt: skip


def rivals_from(trial: Trial, tell: peers.Progress) -> Rivals:
    """The models that stand beside every space, made anew."""
    train, tuning, kinds = trial.train, trial.tuning, len(trial.styles)
    latents = {
        name: peers.Latent.of(peers.learned(recipe, train, tuning, tell), tuning)
        for name, recipe in (
            (PLAIN, peers.deep(32, 0.1)),
            (PAPER, peers.paper()),
            (DEEP, peers.deep(2, 0.5)),
            (NETWORK, peers.rhythm_vae()),
        )
    }
    narrow = {
        f"classifier, {size}-D": peers.learned(peers.classifier(kinds, bottleneck=size), train, tuning, tell)
        for size in (2, 16)
    }
    return Rivals(latents, peers.learned(peers.gru(), train, tuning, tell), narrow)


def brought_back(m: Measuring, held_out: HeldOut) -> Rows:
    """Strokes of bars that were encoded and decoded."""
    beats, space, rng = held_out.beats, m.space, np.random.default_rng(m.seed)

    def row(numbers: int, guessed: Hits) -> dict[str, Any]:
        voices = measures.f1_by_voice(guessed, beats.hits)
        return {"numbers": numbers, "f1": measures.f1(guessed, beats.hits), "by_voice": voices}

    def noisy(
        decode: Callable[[Float32[np.ndarray, "bar map"]], Hits], points: Float32[np.ndarray, "bar map"]
    ) -> float:
        moved = [points + NOISE * rng.standard_normal(points.shape).astype(np.float32) for _ in range(NOISY)]
        return float(np.mean([measures.f1(decode(each), beats.hits) for each in moved]))

    def at(points: Float32[np.ndarray, "bar map"]) -> Hits:
        return Beats.made(space.at(points)).hits

    rows: Rows = {}
    rows[f"{m.name}, map + detail"] = row(2 + space.detail_size, Beats.made(space.decode(held_out.code)).hits)
    rows[f"{m.name}, map alone"] = row(2, at(held_out.code.map)) | {"noisy": noisy(at, held_out.code.map)}
    if m.rivals is None:
        return rows
    for size in peers.COMPONENTS:
        rows[f"PCA {size}"] = row(size, peers.principal(size, m.trial.train, m.trial.tuning, beats))
    for name, rival in m.rivals.latents.items():
        size = rival.model.map_size
        ways = {f"{name}, by its encoder": rival.guess} if size == 2 else {name: rival.guess}
        ways |= {f"{name}, by our search": rival.likeliest} if size == 2 else {}
        for way, find in ways.items():
            points = find(beats)
            rows[way] = row(size, rival.hits(points)) | ({"noisy": noisy(rival.hits, points)} if size == 2 else {})
    return rows


def likelihood(m: Measuring, held_out: HeldOut) -> Rows:
    """-log p(hits) in nats a bar: estimated from above where there is a latent, exact where there is none."""
    rows: Rows = {}
    m.tried(rows, m.name, lambda: {"nats": float(-m.space.log_likelihood(held_out.beats.patterns, DRAWS).mean())})
    if m.rivals is not None:
        rows |= {name: {"nats": rival.surprise(held_out.beats, DRAWS)} for name, rival in m.rivals.latents.items()}
        rows[GRU] = {"nats": m.rivals.gru.nats(held_out.beats)}
    return rows


def styles(m: Measuring, held_out: HeldOut) -> Rows:
    """Styles told by the nearest training bars, and by classifiers."""
    train, beats = m.trial.train, held_out.beats
    known, told = train.style >= 0, beats.style >= 0
    if not known.any() or not told.any():
        m.remarks["style"] = "the bars have no styles"
        return {}

    def by_neighbours(x: Float32[np.ndarray, "bar feature"], learned: Float32[np.ndarray, "learned feature"]) -> Any:
        said = measures.style_by_neighbours(x[told], learned[known], train.style[known])
        return measures.accuracy(said, beats.style[told])

    rows: Rows = {f"{m.name}, map": by_neighbours(held_out.code.map, m.learned.map)}
    if m.space.detail_size:
        whole = [np.concatenate([code.map, code.detail], axis=1) for code in (held_out.code, m.learned)]
        rows[f"{m.name}, map + detail"] = by_neighbours(*whole)
    raw = [each.hits.reshape(len(each), -1).astype(np.float32) for each in (beats, train)]
    rows["hits, 512 numbers"] = by_neighbours(*raw)
    commonest = np.bincount(train.style[known]).argmax()
    rows["the commonest style"] = measures.accuracy(np.full(told.sum(), commonest), beats.style[told])
    if m.rivals is not None:
        paper = m.rivals.latents[PAPER]
        rows[f"{PAPER}, 2-D"] = by_neighbours(paper.guess(beats), paper.guess(train))
        for name, classifier in m.rivals.narrow.items():
            rows[name] = measures.accuracy(classifier.says(beats)[told], beats.style[told])
    return rows


def asked_for(m: Measuring, held_out: HeldOut) -> Rows:
    """Whether a classifier that has only met real bars hears the style that was asked for."""
    shared = np.intersect1d(m.trial.train.style, held_out.beats.style)
    kinds = [int(style) for style in shared if style >= 0 and m.trial.styles[style] in m.space.styles]
    if len(kinds) < 2:
        m.remarks["style asked for"] = "fewer than two styles were both learned and held out"
        return {}
    each = max(1, len(m.drawn) // len(kinds))
    real = held_out.beats.subset(np.isin(held_out.beats.style, kinds))
    asked = Beats.made(
        [bar for style in kinds for bar in m.space.sample(each, m.trial.styles[style], seed=m.seed + 1 + style)],
        np.repeat(kinds, each).tolist(),
    )
    rows: Rows = {"real, unseen": {}, f"{m.name}, asked for a style": {}, f"{m.name}, not asked": {}}
    for name, judge in m.judges.items():
        reached = measures.accuracy(judge.says(real), real.style)["balanced"]
        heard = measures.accuracy(judge.says(asked), asked.style)["balanced"]
        chance = float(np.isin(judge.says(m.drawn), kinds).mean() / len(kinds))
        for row, share in zip(rows.values(), (reached, heard, chance), strict=True):
            row |= {name: share, f"of real, {name}": share / max(reached, 1e-9)}
    rows["real, unseen"]["bars"] = len(real)
    rows[f"{m.name}, asked for a style"]["bars"] = len(asked)
    rows[f"{m.name}, not asked"]["bars"] = len(m.drawn)
    return rows


def prior(m: Measuring, held_out: HeldOut) -> Rows:
    """How far the densities of what is drawn and of what is real overlap: of attributes, and of strokes by voice."""
    rng = np.random.default_rng(m.seed)
    sets: dict[str, Beats] = {f"{m.name}, drawn": m.drawn}
    if m.rivals is not None:
        paper = m.rivals.latents[PAPER]
        points = rng.standard_normal((len(m.drawn), 2)).astype(np.float32)
        sets[f"{PAPER}, drawn"] = Beats.made([Pattern.from_hits(hits) for hits in paper.hits(points)])
    sets["real, learned from"] = m.trial.train.subset(_some(len(m.trial.train), len(m.drawn), rng))
    real = held_out.beats.subset(_some(len(held_out.beats), len(m.drawn), rng))
    facts = _facts(real)
    rows: Rows = {}
    for name, beats in sets.items():
        said = _facts(beats)
        area = {fact: measures.overlapping_area(said[fact], values) for fact, values in facts.items()}
        apart = {fact: measures.overlap_of_distances(said[fact], values) for fact, values in facts.items()}
        rows[name] = {
            "density": area["density"], "syncopation": area["syncopation"],
            "by_voice": {voice.name: area[voice.name] for voice in VOICES},
            "distances_density": apart["density"], "distances_syncopation": apart["syncopation"],
            "distances_by_voice": {voice.name: apart[voice.name] for voice in VOICES},
            "distances_least_voice": min(apart[voice.name] for voice in VOICES),
            "mean_density": float(said["density"].mean()), "mean_syncopation": float(said["syncopation"].mean()),
        }  # fmt: skip
    rows["real, unseen"] = {
        f"mean_{name}": float(facts[name].mean()) for name in ("density", "syncopation")
    }  # fmt: skip
    return rows


def copies(m: Measuring, held_out: HeldOut) -> Rows:
    """How many bars differ from one another, and how near they lie to the nearest bar that was learned from."""
    rng = np.random.default_rng(m.seed)
    real = held_out.beats.subset(_some(len(held_out.beats), len(m.drawn), rng))
    rows: Rows = {}
    for name, beats in ((f"{m.name}, drawn", m.drawn), ("real, unseen", real)):
        near = measures.nearest_distance(beats.hits, m.trial.train.hits)
        rows[name] = {
            "bars": len(beats), "distinct": len({bar.tobytes() for bar in beats.hits}) / max(1, len(beats)),
            "copies": float((near == 0).mean()), "nearest": float(np.median(near)), "nearest_mean": float(near.mean()),
        }  # fmt: skip
    return rows


def lines(m: Measuring, held_out: HeldOut) -> Rows:
    """Straight lines between pairs of real bars: how far the strokes jump at each step, beside cross-fades."""
    rng, space, code = np.random.default_rng(m.seed), m.space, held_out.code
    pairs = np.stack([rng.permutation(len(code))[:2] for _ in range(LINES if len(code) > 1 else 0)])

    def between(way: Float[np.ndarray, "line step"]) -> list[Pattern]:
        share = way[..., None].astype(np.float32)
        map_, detail = (
            ((1 - share) * rows[pairs[:, 0], None] + share * rows[pairs[:, 1], None]).reshape(-1, rows.shape[1])
            for rows in (code.map, code.detail)
        )
        return space.decode(Code(map_, detail))

    ways = np.broadcast_to(np.linspace(0, 1, STEPS + 1), (len(pairs), STEPS + 1))
    bars = Beats.made(between(ways)).velocity.reshape(len(pairs), STEPS + 1, 8, 64)
    paths = {
        m.name: [line > 0 for line in bars],
        "cross-fade of sounds": [measures.switched(line[0] > 0, line[-1] > 0, STEPS) for line in bars],
        "cross-fade of velocities": [measures.faded(line[0], line[-1], STEPS) for line in bars],
    }
    largest = {name: np.array([measures.differing(p[1:], p[:-1]).max() for p in each]) for name, each in paths.items()}
    rows: Rows = {
        name: {
            "largest": float(largest[name].mean()),
            "kept_density": float(np.mean([measures.kept_density(path) for path in each])),
            **{f"below_{other}": float((largest[m.name] < largest[other]).mean()) for other in paths if name == m.name},
        }
        for name, each in paths.items()
    }
    start = rng.uniform(0, 1 - SMALL_STEP, len(pairs))[:, None]
    near = Beats.made(between(np.concatenate([start, start + SMALL_STEP], axis=1))).hits.reshape(-1, 2, 8, 64)
    points, angle = code.map[pairs[:, 0]], rng.uniform(0, 2 * np.pi, len(pairs))
    aside = points + SMALL_STEP * np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    here, there = (Beats.made(space.at(each)).hits for each in (points, aside))
    rows[m.name] |= {
        "small_step": _changed(near[:, 0], near[:, 1]),
        "small_step_on_map": _changed(here, there),
    }
    return rows


def feel(m: Measuring, held_out: HeldOut) -> Rows:
    """Mean absolute errors of velocity and offset of real strokes: brought back, made up, and beside a mean."""
    beats, train = held_out.beats, m.trial.train

    def row(velocity: Float[np.ndarray, "*bar 8 64"], offset: Float[np.ndarray, "*bar 8 64"]) -> dict[str, Any]:
        errors = {"velocity": np.abs(velocity - beats.velocity), "offset": np.abs(offset - beats.offset)}
        return {name: float(each[beats.hits].mean()) for name, each in errors.items()}

    def made_up() -> dict[str, Any]:
        straight = [Pattern.from_hits(hits) for hits in beats.hits]
        played = Beats.made([m.space.feel(bar, seed=m.seed + n) for n, bar in enumerate(straight)])
        return row(played.velocity, played.offset)

    rows: Rows = {}
    m.tried(rows, f"{m.name}, encoded and decoded", lambda: row(*m.space.cell_feel(held_out.code)))
    m.tried(rows, f"{m.name}, made up for the hits", made_up)
    mean = row(*(measures.mean_feel(each, train.hits) for each in (train.velocity, train.offset)))
    rows["mean of each voice and step"] = mean
    for each in rows.values():
        each |= {f"{name}_gain": 1 - each[name] / max(mean[name], 1e-9) for name in ("velocity", "offset")}
    return rows


def directions(m: Measuring, held_out: HeldOut) -> Rows:
    """How well an attribute follows what was asked of it, and how far the others are dragged along."""
    rng = np.random.default_rng(m.seed)
    bars = held_out.beats.subset(_some(len(held_out.beats), SHIFTED, rng)).patterns
    spread = np.maximum(attributes.measure(m.trial.train.patterns).std(axis=0), 1e-9)
    before = attributes.measure(bars)

    def pushed(place: int, name: str) -> dict[str, Any]:
        moved = np.stack(
            [attributes.measure([m.space.shifted(bar, {name: shift}) for bar in bars]) - before for shift in SHIFTS]
        )
        moved /= spread
        asked = np.repeat(SHIFTS, len(bars))
        others = [other for other in range(len(attributes.NAMES)) if other != place]
        by_one = np.abs(np.array(SHIFTS)) == 1
        own = moved[:, :, place].ravel()
        return {
            "rank": measures.rank_correlation(asked, own),
            "by_one": float((moved[by_one][:, :, place] * np.sign(np.array(SHIFTS)[by_one])[:, None]).mean()),
            "others": float(max(np.abs(moved[by_one][:, :, other]).mean() for other in others)),
        }

    rows: Rows = {}
    for place, name in enumerate(attributes.NAMES):
        m.tried(rows, name, lambda place=place, name=name: pushed(place, name))
    return rows


def speed(space: RhythmSpace, seed: int = 0) -> dict[str, float]:
    """From a point, or a whole code, to a bar: milliseconds, one after another on one thread."""
    points = np.random.default_rng(seed).standard_normal((TIMED, 2)).astype(np.float32)
    whole = space.expected(points)
    ways: dict[str, Callable[[int], Any]] = {
        "at": lambda n: space.at(points[n : n + 1]),
        "decode": lambda n: space.decode(Code(whole.map[n : n + 1], whole.detail[n : n + 1])),
    }
    found: dict[str, float] = {}
    for name, work in ways.items():
        work(0)
        times = np.array([_timed_ms(work, n) for n in range(TIMED)])
        for quantile, said in ((0.5, "p50"), (0.95, "p95")):
            passed, worked = np.quantile(times, quantile, axis=0)
            found |= {f"{name}_{said}_ms": float(passed), f"{name}_{said}_processor_ms": float(worked)}
    return found


def _timed_ms(work: Callable[[int], Any], told: int) -> tuple[float, float]:
    """Time that passes, and in which a processor works for us: on a busy machine, the smaller number."""
    passed, worked = time.perf_counter(), time.process_time()
    work(told)
    return 1000 * (time.perf_counter() - passed), 1000 * (time.process_time() - worked)


def _facts(beats: Beats) -> dict[str, Float64[np.ndarray, " bar"]]:
    """Density and syncopation of each bar, and the strokes of each voice a quarter."""
    heard = attributes.measure(beats.patterns)
    facts = {name: heard[:, attributes.NAMES.index(name)] for name in ("density", "syncopation")}
    return facts | {voice.name: beats.hits[:, voice.index].sum(axis=1) / 4 for voice in VOICES}


def _changed(one: Hits, other: Hits) -> float:
    """The median over bars of how many cells differ, as a share of the strokes."""
    strokes = np.maximum(1, (one.sum(axis=(1, 2)) + other.sum(axis=(1, 2))) / 2)
    return float(np.median(measures.differing(one, other) / strokes))


def _some(count: int, most: int, rng: np.random.Generator) -> Int[np.ndarray, " chosen"]:
    """At most so many rows, drawn."""
    return np.sort(rng.permutation(count)[:most])
