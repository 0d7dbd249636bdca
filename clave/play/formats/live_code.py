"""A performance as text for live coding, with the sounds that it begins with."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from clave.files import live_code, whole_file
from clave.files.live_code import Hit, LiveBar, Piece
from clave.music.kit import VOICES, layer_of
from clave.play.formats.kits import bank_name, counted, write_samples
from clave.play.formats.losses import apart, kit_of_beginning, losses, with_probability
from clave.play.formats.options import WriteOptions
from clave.play.formats.parts import file_stem
from clave.play.performance import Performance
from clave.play.sequencer import velocity_gain

SHORTEST = 0.01  # steps between two strokes of a voice: nearer ones are one


def write_live_code(
    performance: Performance, folder: Path, options: WriteOptions, *, suffix: str, text: Callable[[Piece], str]
) -> list[str]:
    """The text, and the sounds as `write_samples` writes a kit."""
    kit = kit_of_beginning(performance)
    made, merged = piece(performance, bank_name(kit), on_grid=options.on_grid)
    path = folder / f"{file_stem(performance)}{suffix}"
    lines = write_samples(kit, folder)
    whole_file.write(path, text(made).encode())
    said = [f"lost: {merged} strokes at the very place of another of their voice"] if merged else []
    if len({(bar.start_bpm, bar.end_bpm) for bar in performance.tempo.bars}) > 1:
        said.append("lost: tempo changes, that of the beginning is kept")
    said += losses(performance, tempo=False, early=False)
    return [f"{path}: {counted(len(made.bars), 'bar')}", *lines, *said, *apart(performance)]


write_strudel = partial(write_live_code, suffix=".strudel.js", text=live_code.strudel_text)
write_tidal = partial(write_live_code, suffix=".tidal", text=live_code.tidal_text)


def piece(performance: Performance, bank: str, *, on_grid: bool = False) -> tuple[Piece, int]:
    """The bars as they go round and round, and how many strokes are lost as they fall on another of their voice.

    A stroke before the beginning sounds at the end of the round.
    """
    starts = [0]
    for bar in performance.bars:
        starts.append(starts[-1] + bar.steps)
    layers = [len(each.layers) for each in kit_of_beginning(performance).voices]
    found: list[list[list[Hit]]] = [[[] for _ in VOICES] for _ in performance.bars]
    merged = 0
    for strike, probability in sorted(with_probability(performance)):
        at = round(strike.grid if on_grid else strike.position, live_code.DIGITS) % starts[-1]
        bar = next(index for index, start in enumerate(starts[1:]) if at < start)
        sound = layer_of(strike.velocity, layers[strike.voice])
        gain = velocity_gain(strike.velocity) * strike.level * performance.volume
        found[bar][strike.voice].append(Hit(at - starts[bar], gain, sound, probability))
    bars: list[LiveBar] = []
    for own, bar in zip(found, performance.bars, strict=True):
        rows = [_apart(sorted(hits)) for hits in own]
        merged += sum(map(len, own)) - sum(map(len, rows))
        bars.append(LiveBar(bar.meter, bar.steps, tuple(map(tuple, rows))))
    tempo = performance.tempo.bars[0].start_bpm
    return Piece(performance.name, bank, tempo, tuple(bars)), merged


def _apart(hits: list[Hit]) -> list[Hit]:
    """The hits without those that fall on the one before; the louder of two stays."""
    kept: list[Hit] = []
    for hit in hits:
        if kept and hit.step - kept[-1].step < SHORTEST:
            louder = max(kept[-1], hit, key=lambda each: each.gain)
            kept[-1] = replace(louder, step=kept[-1].step)
        else:
            kept.append(hit)
    return kept
