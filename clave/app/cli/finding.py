"""`clave where` and `clave similar`: the place of a file on the maps, and what is like it."""

import json
import sys
from collections import Counter
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clave.app.cli.options import RhythmFolder
from clave.app.cli.progress import following
from clave.errors import AudioFileError, MidiError

if TYPE_CHECKING:
    from clave.app.corpora import Reading
    from clave.music.clip import Clip
    from clave.music.kit import Voice
    from clave.music.pattern import Pattern
    from clave.rhythm.bar_index import SimilarBar
    from clave.rhythm.space import RhythmSpace
    from clave.sound.sound_index import SimilarSound
    from clave.sound.space import SoundSpace

BARS_SHOWN = 8  # of a file, those that differ
NEAREST = 3  # listed by `where`
STYLES_FROM = 24  # nearest bars, whose styles are counted
LONGEST_ONE_SHOT_S = 4.0  # what is longer is no single stroke

FoundFile = Annotated[Path, typer.Argument(metavar="FILE", help="A MIDI file, or a one-shot.")]
SearchIn = Annotated[
    Path | None,
    typer.Option(
        "--in",
        metavar="CORPUS",
        help="Where to search: a folder of files, a run, a built corpus or an index; else our own grooves and drums.",
    ),
]
HowMany = Annotated[int, typer.Option("-n", "--number", metavar="N", min=1, max=1000, help="How many are listed.")]
VoiceName = Annotated[
    str | None, typer.Option("--voice", metavar="NAME", help="The voice of a one-shot; else recognised.")
]
SoundSpaceFolder = Annotated[
    Path | None, typer.Option("--sound", metavar="DIR", help="A sound space of your own; else the one that ships.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
Facts = dict[str, Any]


def where(
    file: FoundFile,
    rhythm: RhythmFolder = None,
    sound: SoundSpaceFolder = None,
    voice: VoiceName = None,
    as_json: AsJson = False,
) -> None:
    """Say where a MIDI file or a one-shot lies on its map: points, styles near, the nearest bars or sounds.

    Of a MIDI file, the first bars that differ are placed.
    """
    from clave.rhythm.space import load_rhythm
    from clave.sound.space import load_sound

    if _is_midi(file):
        places = [_bar_place(load_rhythm(rhythm), bar, number) for number, bar in _bars(file)]
    else:
        space = load_sound(sound)
        clip, which, heard = _clip(file, voice, space)
        ((x, y),) = space.encode([clip], which).map.tolist()
        near = [_sound_facts(each) for each in space.similar(clip, which, NEAREST)]
        places = [{"voice": which.name, "voice_from": heard, "point": [round(x, 3), round(y, 3)], "nearest": near}]
    if as_json:
        print(json.dumps({"file": str(file), "places": places}, indent=2))
        return
    print(f"{file}:")
    for place in places:
        _print_place(place)


def similar(
    file: FoundFile,
    number: HowMany = 10,
    search_in: SearchIn = None,
    rhythm: RhythmFolder = None,
    sound: SoundSpaceFolder = None,
    voice: VoiceName = None,
    as_json: AsJson = False,
) -> None:
    """List the bars or sounds that are most like those of a file, with their sources and licences.

    Bars are compared by where, how loud and how late strokes are; sounds by their spectrum over time. An index for many
    searches is made by `clave corpus index`.
    """
    from clave.app import corpora
    from clave.rhythm.space import load_rhythm
    from clave.sound.space import load_sound

    found: list[Facts]
    with nullcontext() if as_json else following() as follow:
        reading: Reading | None = follow and partial(follow, "reading")
        if _is_midi(file):
            bars, index = _bars(file), corpora.bars_in(search_in, load_rhythm(rhythm), reading)
            lists = index.similar([bar for _, bar in bars], number)
            found = [
                {"bar": place + 1, "similar": [_bar_facts(each) for each in near]}
                for (place, _), near in zip(bars, lists, strict=True)
            ]
        else:
            space = load_sound(sound)
            clip, which, heard = _clip(file, voice, space)
            near = corpora.sounds_in(search_in, space, reading).similar(clip, which, number)
            found = [{"voice": which.name, "voice_from": heard, "similar": [_sound_facts(each) for each in near]}]
    if as_json:
        print(json.dumps({"file": str(file), "found": found}, indent=2))
        return
    print(f"{file}:")
    for each in found:
        print(f"bar {each['bar']}" if "bar" in each else f"{each['voice']} ({each['voice_from']})")
        for one in each["similar"]:
            print(f"  {_line(one)}")


def _is_midi(file: Path) -> bool:
    from clave.files.audio_file import SUFFIXES
    from clave.rhythm.dataset import MIDI_SUFFIXES

    suffix = file.suffix.lower()
    if suffix not in (*MIDI_SUFFIXES, *SUFFIXES):
        raise typer.BadParameter(
            f"{file} is neither a MIDI file ({', '.join(MIDI_SUFFIXES)}) nor a sound ({', '.join(SUFFIXES)})"
        )
    if not file.is_file():
        raise typer.BadParameter(f"{file} is not there")
    return suffix in MIDI_SUFFIXES


def _bars(file: Path) -> "list[tuple[int, Pattern]]":
    """The first bars of a MIDI file that differ and have strokes, each with its number, from 0."""
    from clave.files import midi

    differing: dict[tuple[object, bytes], tuple[int, Pattern]] = {}
    for number, bar in enumerate(midi.read(file).patterns):
        if bar.hits.any():
            differing.setdefault((bar.meter, bar.hits.tobytes()), (number, bar))
    if not differing:
        raise MidiError(f"{file} has no drum strokes")
    if len(differing) > BARS_SHOWN:
        print(f"{file} has {len(differing)} bars that differ; the first {BARS_SHOWN} are looked for", file=sys.stderr)
    return list(differing.values())[:BARS_SHOWN]


def _clip(file: Path, voice: str | None, space: "SoundSpace") -> "tuple[Clip, Voice, str]":
    """The sound, its voice, and where that is known from."""
    from clave.files import audio_file
    from clave.music.kit import voice as voice_of
    from clave.sound import voice_classifier

    clip = audio_file.read(file)
    if clip.seconds > LONGEST_ONE_SHOT_S:
        raise AudioFileError(
            f"{file} is {clip.seconds:.1f} s long: a loop rather than one stroke (up to {LONGEST_ONE_SHOT_S:g} s); "
            "make a bar of it first, then search with its MIDI file"
        )
    if voice is not None:
        return clip, voice_of(voice), "as you say"
    named = audio_file.voice_in_name(file.stem)
    if named is not None and named.name in space.voices:
        return clip, named, "by its name"
    guess = voice_classifier.guess([clip])[0]
    return clip, guess.voice, f"heard, {guess.confidence:.0%} sure"


def _bar_place(rhythm: "RhythmSpace", bar: "Pattern", number: int) -> Facts:
    ((x, y),) = points = rhythm.locate([bar]).tolist()
    [near] = rhythm.similar([bar], STYLES_FROM)
    styles = Counter(each.style or "unknown" for each in near)
    return {
        "bar": number + 1,
        "point": [round(x, 3), round(y, 3)],
        "distance": round(float(rhythm.distance(points)[0]), 3),
        "styles": {style: round(count / len(near), 3) for style, count in styles.most_common(4)},
        "nearest": [_bar_facts(each) for each in near[:NEAREST]],
    }


def _bar_facts(found: "SimilarBar") -> Facts:
    return {
        "source": found.source, "bar": found.number + 1, "style": found.style, "licence": found.licence,
        "agreement": round(found.agreement, 3), "distance": round(found.distance, 3),
        "point": None if found.point is None else [round(each, 3) for each in found.point],
    }  # fmt: skip


def _sound_facts(found: "SimilarSound") -> Facts:
    ((x, y),) = found.code.map.tolist()
    return {
        "source": found.source, "voice": found.voice.name, "licence": found.licence,
        "distance": round(found.distance, 3), "point": [round(x, 3), round(y, 3)],
    }  # fmt: skip


def _print_place(place: Facts) -> None:
    x, y = place["point"]
    what = f"bar {place['bar']}" if "bar" in place else f"{place['voice']} ({place['voice_from']})"
    print(f"{what}: at {x:.2f} {y:.2f} of the map")
    if "styles" in place:
        print(f"  styles near: {', '.join(f'{style} {share:.0%}' for style, share in place['styles'].items())}")
    for each in place["nearest"]:
        print(f"  {_line(each)}")


def _line(found: Facts) -> str:
    """One that was found, in a line."""
    parts = [found["source"]]
    if "bar" in found:
        parts[0] += f" bar {found['bar']}"
        parts += [found["style"] or "style unknown", f"{found['agreement']:.0%} of strokes agree"]
    else:
        parts.append(f"distance {found['distance']:.2f}")
    return ", ".join([*parts, found["licence"] or "licence unknown"])
