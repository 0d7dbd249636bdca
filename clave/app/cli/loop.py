"""`clave loop`: a drum loop as bars and a kit."""

from pathlib import Path
from typing import Annotated

import typer

from clave.app.cli.options import Out
from clave.app.cli.values import time_signature

LoopFile = Annotated[Path, typer.Argument(metavar="FILE", help="A sound file of a drum loop, up to 60 s.")]
LoopTempo = Annotated[
    float | None, typer.Option("--tempo", metavar="BPM", help="Its tempo, in [60, 200]; else it is found.")
]
LoopBars = Annotated[
    int | None, typer.Option("--bars", metavar="N", help="How many bars from beat 1 to the end; else they are found.")
]
LoopMeter = Annotated[
    str | None, typer.Option("--meter", metavar="METER", help="Such as 4/4 or 6/8; else it is found.")
]
FirstBeat = Annotated[
    float | None,
    typer.Option("--first-beat", metavar="SECONDS", help="Where beat 1 of the first bar lies in the file."),
]


def loop(
    file: LoopFile,
    tempo: LoopTempo = None,
    bars: LoopBars = None,
    meter: LoopMeter = None,
    first_beat: FirstBeat = None,
    out: Out = Path(),
) -> None:
    """Read a drum loop: its bars as loop.mid and loop.svg, its sounds as a folder `kit`, and both as project.json.

    Tempo, bar line and voices are found, with how sure they are; what is wrong is corrected by the options.
    `clave play` and `clave render` open the project.
    """
    from clave.app.loop_project import loop_project, write_kit
    from clave.files import midi, whole_file
    from clave.music import pattern_svg
    from clave.play.project import save
    from clave.rhythm.space import load_rhythm
    from clave.sound.loops import LoopHint, read

    hint = LoopHint(tempo, time_signature(meter) if meter else None, bars, first_beat)
    rhythm = load_rhythm()
    reading = read(file, hint, space=rhythm)
    print(reading)
    for remark in reading.remarks:
        print(f"clave: note: {remark}")
    out.mkdir(parents=True, exist_ok=True)
    midi.write(out / "loop.mid", reading.bars, tempo_bpm=reading.tempo_bpm)
    whole_file.write(out / "loop.svg", pattern_svg.svg(reading.bars).encode())
    print(f"{out / 'loop.mid'}, {out / 'loop.svg'}")
    kit = write_kit(reading, out)
    for sound in reading.sounds:
        print(f"{out / 'kit' / sound.name}: {sound.start_s:.3f} to {sound.end_s:.3f} s of the loop")
    save(loop_project(reading, kit, rhythm), out / "project.json")
    print(f"{out / 'project.json'}: the bars with the kit; clave play {out / 'project.json'} opens it")
