"""The whole table: what comes back, what is drawn, what lies between, and how long it takes.

Every number stands beside others of the same run: what a simpler way reaches, what real sounds reach, what no space
could surpass.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int

from clave import __version__
from clave.audio.log_spectrogram import DrumSpectrogram, ended, placed
from clave.audio.phase import DEFAULT
from clave.audio.stft import STFT
from clave.evaluation.sound import sets
from clave.evaluation.sound.judge import Judge, Verdict, backwards, no_drums, taught, trained
from clave.evaluation.sound.unseen import Drums, Parts, Progress, part
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound.comparison import (
    Difference,
    decay_s,
    difference,
    lead_in_db,
    log_spectral_distance_db,
    peak_s,
    summary,
)
from clave.sound.dataset import FACTORY_NAME
from clave.sound.space import SoundSpace

STEPS = 64  # of a path
LEAST_JUMP_DB = 1e-6  # a path over which nothing changes is even
REACH = 2.0  # a path crosses the map from -2 to 2
BOOTSTRAPS, HALVES = 200, 40
MOST_NEAR = 100  # sounds of each voice whose nearest learned sound is looked for
STRANGERS = 120  # new sounds that are no drums, which the judge is tried on
TIMED, TIMED_KITS = 48, 8
USUAL = (0.01, 0.99)  # quantiles of real sounds between which T30 and peak are usual

Sound = Float32[np.ndarray, " sample"]


class Drawn(NamedTuple):
    """Sounds with what the judge says of them, and whether their T30 and peak are usual."""

    drums: Drums
    verdict: Verdict
    usual: Bool[np.ndarray, " sound"]


def measured(
    space: SoundSpace,
    folder: Path,
    listing: Path | None = None,
    *,
    beside: Sequence[SoundSpace] = (),
    draws: int = 500,
    sounds: int = 25,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Everything that can be said of a space by the one-shots in a folder, ready for JSON.

    `draws` of each voice are drawn from the prior, and at most `sounds` of each voice are encoded and decoded. Raises
    CorpusError if the folder holds too few kits that the spaces have not learned from.
    """

    def tell(what: str) -> Callable[[int, int], None]:
        return lambda done, whole: progress(what, done, whole) if progress else None

    rng = np.random.default_rng(seed)
    spaces = _named([space, *beside])
    parts = part(folder, listing, list(spaces.values()), seed, progress)
    lessons = taught(parts.judging, tell("making the judge's"))
    judge = trained(lessons, seed, progress=tell("teaching the judge"))

    usual = usual_of(parts)
    real = _judged(parts.test, judge, usual)
    known = _judged(parts.learned, judge, usual)
    drawn = {
        name: _judged(draw(each, draws, seed, tell(f"drawing, {name}")), judge, usual) for name, each in spaces.items()
    }
    chosen = parts.test.subset(_spread(parts.test.voice, sounds, rng))
    return {
        "clave": __version__, "folder": folder.name, "seed": seed, "draws": draws, "spaces": list(spaces),
        "detail_size": space.detail_size, "sounds": parts.facts,
        "judge": judged_itself(judge, parts, real, rng),
        "decoded": decoded(spaces, parts, chosen, tell("decoding")),
        "drawn": {"real, unseen": of_draws(real)} | {f"drawn, {name}": of_draws(each) for name, each in drawn.items()},
        "sets": of_sets(real, {"learned from": known} | {f"drawn, {n}": each for n, each in drawn.items()}, rng),
        "copies": copies(known, real, drawn, rng),
        "paths": paths(spaces, tell("walking the maps")),
        "speed": {name: speed(each, seed) for name, each in spaces.items()},
    }  # fmt: skip


def decoded(
    spaces: Mapping[str, SoundSpace], parts: Parts, chosen: Drums, tell: Callable[[int, int], None]
) -> dict[str, Any]:
    """Encoded and decoded unseen sounds, beside other ways to give back something like them."""
    ways: dict[str, Callable[[Sound, int], Sound]] = {
        name: lambda sound, voice, each=each: placed(
            each.decode(each.encode([Clip(sound)], VOICES[voice]), VOICES[voice])[0]
        )
        for name, each in spaces.items()
    }
    first, seen = next(iter(spaces.values())), DrumSpectrogram()
    if len(parts.learned):
        components = principal(parts.picture, parts.weight, first.detail_size + 2)
        ways[f"principal components, {len(components.axes)}"] = lambda sound, _: placed(
            seen.estimate(components.again(seen.forward(Clip(sound))))
        )
    ways["the picture alone, nothing learned"] = lambda sound, _: placed(seen.estimate(seen.forward(Clip(sound))))
    transform = STFT(length=parts.test.sample.shape[1])
    ways["exact magnitudes, phase estimated"] = lambda sound, _: placed(
        ended(DEFAULT.estimate(np.abs(transform.forward(sound)), transform))
    )
    rows: dict[str, list[Difference]] = {name: [] for name in ways}
    lead_in: dict[str, list[float]] = {name: [] for name in (*spaces, "real, unseen")}
    for done, (sound, voice) in enumerate(zip(chosen.sounds, chosen.voice.tolist(), strict=True), start=1):
        for name, way in ways.items():
            rows[name].append(difference(sound, way(sound, voice)))
        for name, space in spaces.items():
            pictures = space.log_spectrograms(space.encode([Clip(sound)], VOICES[voice]), VOICES[voice])
            lead_in[name].append(lead_in_db(space.spectrogram.waveform(pictures[0])))
        lead_in["real, unseen"].append(lead_in_db(sound))
        tell(done, len(chosen))
    if len(parts.learned):
        rows["the nearest sound learned from"] = [difference(*pair) for pair in _nearest_pairs(chosen, parts.learned)]
    order = [*spaces, *(name for name in rows if name not in spaces)]
    quiet = {
        name: {"lead_in_db": float(np.median(each)), "lead_in_quiet": float((np.array(each) <= -40).mean())}
        for name, each in lead_in.items()
    }
    return {name: summary(rows[name]) | quiet.get(name, {}) for name in order} | {"real, unseen": quiet["real, unseen"]}


class Principal(NamedTuple):
    """Straight directions in which pictures differ most."""

    mean: Float32[np.ndarray, " cell"]
    axes: Float32[np.ndarray, "axis cell"]

    def again(self, picture: Float32[np.ndarray, "band frame"]) -> Float32[np.ndarray, "band frame"]:
        """The picture that is nearest among those that lie in these directions."""
        away = (picture.ravel() - self.mean) @ self.axes.T
        return (self.mean + away @ self.axes).reshape(picture.shape)


def principal(
    picture: Float32[np.ndarray, "sound band frame"], weight: Float32[np.ndarray, " sound"], axes: int
) -> Principal:
    """The first principal components of these pictures; of fewer sounds there are fewer."""
    flat = picture.reshape(len(picture), -1)
    mean = np.average(flat, axis=0, weights=weight).astype(np.float32)
    centred = (flat - mean) * np.sqrt(weight)[:, None]
    value, vector = np.linalg.eigh(centred @ centred.T)
    kept = [index for index in range(len(value))[::-1][:axes] if value[index] > 1e-6 * value[-1]]
    direction = vector[:, kept].T @ centred
    return Principal(mean, (direction / np.linalg.norm(direction, axis=1, keepdims=True)).astype(np.float32))


def draw(space: SoundSpace, count: int, seed: int, tell: Callable[[int, int], None]) -> Drums:
    """So many sounds of each voice from the prior, phase included."""
    clips, voices = list[Clip](), [VOICES[index] for index in _voices(space) for _ in range(count)]
    for name in space.voices:
        code = space.sample_codes(count, name, seed)
        for index in range(count):
            clips += space.decode(type(code)(code.map[index : index + 1], code.detail[index : index + 1]), name)
            tell(len(clips), len(voices))
    order = [voice.index for voice in voices]
    return Drums.of(clips, order, list(range(len(order))), [voice.name for voice in voices])


def usual_of(parts: Parts) -> Float64[np.ndarray, "bound voice feature"]:
    """Between which T30 and time of the peak 98 % of the real sounds of each voice lie, those of the test apart."""
    recorded = np.array([not name.startswith(FACTORY_NAME) for name in parts.learned.name], np.bool_)
    shapes = np.concatenate([_shapes(parts.learned.subset(recorded)), _shapes(parts.judging)])
    voice = np.concatenate([parts.learned.voice[recorded], parts.judging.voice])
    bounds = np.zeros((2, len(VOICES), 2))
    bounds[1] = np.inf
    for index in np.unique(voice):
        bounds[:, index] = np.quantile(shapes[voice == index], USUAL, axis=0)
    return bounds


def judged_itself(judge: Judge, parts: Parts, real: Drawn, rng: np.random.Generator) -> dict[str, Any]:
    """How far the judge can be trusted: on kits and on sounds that are no drums, neither of which it has met."""
    said = real.verdict
    confusion = np.zeros((len(VOICES), len(VOICES)), np.int64)
    np.add.at(confusion, (real.drums.voice, said.voice), 1)
    reversed_drums = backwards(parts.test, STRANGERS, rng)
    return {
        "voice": _even(said.voice == real.drums.voice, real.drums.voice),
        "drums_recognised": float(said.drum.mean()),
        "strangers_refused": float(1 - judge(no_drums(STRANGERS, rng)).drum.mean()),
        "backwards_refused": float(1 - judge(reversed_drums).drum.mean()) if len(reversed_drums) else None,
        "confusion": confusion.tolist(),
    }


def of_draws(drawn: Drawn) -> dict[str, Any]:
    """How many are recognised as what they should be; voices count alike."""
    voice, right = drawn.drums.voice, drawn.verdict.voice == drawn.drums.voice
    return {
        "sounds": len(drawn.drums),
        "recognised": _even(right, voice),
        "by_voice": {VOICES[index].name: float(right[voice == index].mean()) for index in np.unique(voice)},
        "drum": _even(drawn.verdict.drum, voice),
        "usual": _even(drawn.usual, voice),
        "drum_and_usual": _even(drawn.verdict.drum & drawn.usual, voice),
    }


def of_sets(real: Drawn, others: Mapping[str, Drawn], rng: np.random.Generator) -> dict[str, Any]:
    """KID and FAD of each set against the unseen sounds, beside halves of these by kits."""
    y, group, y_voice = real.verdict.embedding, real.drums.group, real.drums.voice
    half = sets.halves(group, HALVES, rng)
    one, other = sets.alike(y_voice, y_voice, half, 1 - half)
    floor = sets.kid(y, y, one, other)
    fads = [sets.fad(y, y, *each) for each in zip(one, other, strict=True)]
    rows: dict[str, Any] = {"two halves of the unseen": _interval(float(floor.mean()), floor) | {"fad": _mean(fads)}}
    for name, each in others.items():
        if not len(each.drums):
            continue
        x, voice = each.verdict.embedding, each.drums.voice
        value = sets.kid(x, y, *sets.alike(voice, y_voice, np.ones((1, len(x))), np.ones((1, len(y)))))[0]
        again = sets.resampled(each.drums.group, BOOTSTRAPS, rng), sets.resampled(group, BOOTSTRAPS, rng)
        spread = sets.kid(x, y, *sets.alike(voice, y_voice, *again))
        like = np.stack([_matching(voice, y_voice[row > 0], rng) for row in half])
        weights = zip(*sets.alike(voice, y_voice, like, 1 - half), strict=True)
        rows[name] = _interval(float(value), spread) | {
            "times_floor": float(value / floor.mean()),
            "fad": _mean([sets.fad(x, y, *weight) for weight in weights]),
        }
    return rows


def copies(
    known: Drawn, real: Drawn, drawn: Mapping[str, Drawn], rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    """How near sounds lie to the nearest that was learned from: draws beside real sounds that nobody learned from."""
    if not len(known.drums):
        return {}
    near: dict[str, tuple[Float64[np.ndarray, " sound"], Float64[np.ndarray, " sound"]]] = {}
    sets_of = {"real, unseen": real} | {f"drawn, {name}": each for name, each in drawn.items()}
    for name, each in sets_of.items():
        heard, distance = list[Any](), list[Any]()
        chosen = _spread(each.drums.voice, MOST_NEAR, rng)
        for voice in np.unique(each.drums.voice):
            rows, there = chosen[each.drums.voice[chosen] == voice], np.flatnonzero(known.drums.voice == voice)
            if len(there):
                heard.append(sets.nearest(each.verdict.embedding[rows], known.verdict.embedding[there]))
                pairs = sets.log_spectral_distances_db(each.drums.subset(rows).sounds, known.drums.subset(there).sounds)
                distance.append(pairs.min(axis=1).astype(np.float64))
        near[name] = np.concatenate(heard), np.concatenate(distance)
    least = [np.quantile(each, USUAL[0]) for each in near["real, unseen"]]
    return {
        name: {
            "embedding": float(np.median(heard)), "embedding_nearest": float(np.quantile(heard, USUAL[0])),
            "embedding_nearer": float((heard < least[0]).mean()),
            "distance_db": float(np.median(db)), "distance_db_nearest": float(np.quantile(db, USUAL[0])),
            "distance_db_nearer": float((db < least[1]).mean()),
        }
        for name, (heard, db) in near.items()
    }  # fmt: skip


def paths(spaces: Mapping[str, SoundSpace], tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Sounds along a path over each map, and over another one: how evenly they change, beside a cross-fade."""
    rows: dict[str, Any] = {}
    across = np.linspace(-REACH, REACH, STEPS)
    routes = [np.stack([across, 0 * across], axis=1), np.stack([0 * across, across], axis=1)]
    done, whole = 0, sum(len(space.voices) for space in spaces.values()) * len(routes)
    for name, space in spaces.items():
        jumps: dict[str, dict[str, list[list[float]]]] = {name: {}, f"cross-fade, {name}": {}}
        for voice in space.voices:
            for route in routes:
                steps = np.stack([placed(space.at(point[None], voice)[0]) for point in route])
                fade = np.linspace(0, 1, STEPS, dtype=np.float32)[:, None]
                for row, sounds in zip(jumps, (steps, (1 - fade) * steps[0] + fade * steps[-1]), strict=True):
                    jumps[row].setdefault(voice, []).append(
                        [log_spectral_distance_db(*pair) for pair in pairwise(sounds)]
                    )
                tell(done := done + 1, whole)
        for row, by_voice in jumps.items():
            ratios = {
                voice: max(max(each) / max(_mean(each), LEAST_JUMP_DB) for each in way)
                for voice, way in by_voice.items()
            }
            every = [jump for way in by_voice.values() for each in way for jump in each]
            rows[row] = {
                "largest_db": max(every), "mean_db": _mean(every),
                "largest_to_mean": max(ratios.values()), "by_voice": ratios, "jumps": by_voice,
            }  # fmt: skip
    return rows


def speed(space: SoundSpace, seed: int = 0) -> dict[str, float]:
    """From a point to a sound, and from a seed to a kit of eight; in this process, one after another."""
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((TIMED, 2))
    each = np.array(
        [_timed(space.at, point[None], space.voices[n % len(space.voices)]) for n, point in enumerate(points)]
    )
    kits = np.array([_timed(space.kit, None, 0.0, number) for number in range(TIMED_KITS)])
    p50, p95 = np.quantile(each, [0.5, 0.95], axis=0)
    kit = np.median(kits, axis=0)
    named = (("point_p50", p50), ("point_p95", p95), ("kit", kit))
    return {f"{name}_s": float(passed) for name, (passed, _) in named} | {
        f"{name}_processor_s": float(worked) for name, (_, worked) in named
    }


def _timed(work: Callable[..., Any], *told: Any) -> tuple[float, float]:
    """Seconds that pass, and seconds in which a processor works for us: on a busy machine, the smaller number."""
    passed, worked = time.perf_counter(), time.process_time()
    work(*told)
    return time.perf_counter() - passed, time.process_time() - worked


def _named(spaces: Sequence[SoundSpace]) -> dict[str, SoundSpace]:
    """Each by its own name, or by its folder where two have the same."""
    named: dict[str, SoundSpace] = {}
    for space in spaces:
        name = str(space.card["name"])
        named[str(space.folder) if name in named else name] = space
    return named


def _judged(drums: Drums, judge: Judge, usual: Float64[np.ndarray, "bound voice feature"]) -> Drawn:
    shapes = _shapes(drums)
    low, high = usual[:, drums.voice]
    return Drawn(drums, judge(drums.sounds), ((shapes >= low) & (shapes <= high)).all(axis=1))


def _shapes(drums: Drums) -> Float64[np.ndarray, "sound feature"]:
    """T30 and time of the peak of each."""
    return np.array([(decay_s(sound), peak_s(sound)) for sound in drums.sounds], np.float64).reshape(-1, 2)


def _nearest_pairs(chosen: Drums, learned: Drums) -> list[tuple[Sound, Sound]]:
    """Each sound with the learned one of its voice at the least log-spectral distance."""
    pairs = list[tuple[Sound, Sound]]()
    for voice in np.unique(chosen.voice):
        these, those = chosen.subset(chosen.voice == voice).sounds, learned.subset(learned.voice == voice).sounds
        if len(those):
            found = sets.log_spectral_distances_db(these, those).argmin(axis=1)
            pairs += [(sound, those[index]) for sound, index in zip(these, found, strict=True)]
    return pairs


def _spread(voice: Int[np.ndarray, " sound"], most: int, rng: np.random.Generator) -> Int[np.ndarray, " chosen"]:
    """At most so many sounds of each voice, drawn."""
    return np.concatenate(
        [np.sort(rng.permutation(np.flatnonzero(voice == index))[:most]) for index in np.unique(voice)]
    )


def _matching(
    voice: Int[np.ndarray, " sound"], like: Int[np.ndarray, " other"], rng: np.random.Generator
) -> Float64[np.ndarray, " sound"]:
    """Ones for as many sounds of each voice, drawn, as there are in another set."""
    counts = np.zeros(len(voice))
    for index, count in zip(*np.unique(like, return_counts=True), strict=True):
        counts[rng.permutation(np.flatnonzero(voice == index))[:count]] = 1
    return counts


def _even(right: Bool[np.ndarray, " sound"], voice: Int[np.ndarray, " sound"]) -> float:
    """The share that is right, each voice counting the same."""
    return float(np.mean([right[voice == index].mean() for index in np.unique(voice)]))


def _interval(value: float, draws: Float[np.ndarray, " draw"]) -> dict[str, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"kid": value, "kid_low": float(low), "kid_high": float(high)}


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _voices(space: SoundSpace) -> list[int]:
    return [voice.index for voice in VOICES if voice.name in space.voices]
