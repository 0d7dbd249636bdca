"""Write docs/commands.md from the command line itself: `python docs/make_commands.py`. A test holds it up to date."""

from pathlib import Path
from typing import Any

import typer.main

from clave.app.cli import app

PAGE = Path(__file__).with_name("commands.md")

HEAD = """# Commands

Everything the page does, and training besides, can be done from a terminal with `clave`. This page lists each command
with examples and all options; it is generated from the program's own help by `docs/make_commands.py`. To try one:
`clave groove --style funk -o out` writes eight bars of funk as MIDI, WAV and SVG into the folder `out`.

Every command prints what it did. If it refuses something, it prints one line that begins with `clave: error:` and exits
with code 1 (preceded by a line for each file, where none of a folder's files can be used). A mistyped command exits
with code 2.
"""

EXAMPLES = {
    "clave play": """clave play
clave play --rhythm my-rhythm --sound my-sound --no-open --port 9000
clave play --sound none
clave play house.json --osc-in 9064 --osc-out 127.0.0.1:57120
clave play --host""",
    "clave groove": """clave groove --style funk --bars 8 --seed 7 -o out
clave groove --at 0.4 -1.2 --variation 0.3 --tempo 96 --swing 0.58 --kit punch --stems -o out
clave groove --from -1 0 --to 1.5 0.5 --bars 16 --loop -o out
clave groove --style "funk=0.7,jazz=0.3" --fill-every 4 --bars 16 -o out
clave groove --at 0.5 0.2 --meter 6/8 --phrase 4 --feel 0.6 --shift density=1,swing=0.5 -o out
clave groove --style techno --kit space --kit-character brighter=1,bigger=-0.5 --seed 3 -o out
clave groove --kit my-kit --sound my-sound --bars 4 -o out""",
    "clave render": """clave groove --style house --bars 16 --save house.json -o out
clave render house.json --stems -o out""",
    "clave drum-map": """clave drum-map beat.mid fill.mid
clave drum-map beat.mid -o my-map.toml
clave learn rhythm my-beats --drum-map my-map.toml -o my-rhythm""",
    "clave export kit": """clave export kit --seed 3 --format sfz -o my-kit
clave export kit house.json --format h2drumkit --format samples --takes 6 -o my-kit""",
    "clave export groove": """clave export groove house.json --format strudel -o out
clave export groove --style funk --bars 4 --tempo 96 --format wav --tail wrap --rate 48000 --stems -o out
clave export groove house.json --format midi --apart voice --on-grid -o out""",
    "clave export song": "clave export song my-song.json --format dawproject --format flac -o out",
    "clave export model": """clave export model rhythm -o networks
clave export model rhythm --format torchscript -o networks
clave export model sound --sound my-sound -o networks""",
    "clave export page": """clave export page -o page
clave export page my-song.json -o page
clave export page --rhythm my-rhythm --sound none -o page""",
    "clave live": """clave live house.json
clave live house.json --audio
clave live house.json --osc-in 9065 --osc-out 127.0.0.1:57120 --osc-ahead 80
clave live house.json --midi-out TR-8S --clock-out --midi-in "Launch Control" --midi-map desk.json
clave live house.json --midi-out TR-8S --clock-in Digitakt --grid Launchpad""",
    "clave loop": """clave loop break.wav -o break
clave loop break.wav --tempo 92 --first-beat 0.31 -o break""",
    "clave where": """clave where groove.mid
clave where snare.wav --voice snare""",
    "clave similar": """clave similar groove.mid -n 5
clave similar groove.mid --in my-midi
clave similar snare.wav --json""",
    "clave corpus get": """clave corpus get groove-midi
clave corpus get groove-midi --accept-licence -o groove-midi""",
    "clave corpus index": """clave corpus index my-midi -o my-index
clave similar groove.mid --in my-index""",
    "clave corpus list": "clave corpus list",
    "clave kits": "clave kits",
    "clave corpus build": """clave corpus build my-midi -o my-corpus
clave corpus build s3://bucket/midi -o s3://bucket/corpus --cluster tcp://scheduler:8786
clave learn rhythm my-corpus -o my-rhythm""",
    "clave learn": """clave learn my-drums
clave learn my-drums --look
clave learn my-drums -o my-space --minutes 10
clave learn my-drums -o my-space --resume
clave play --rhythm my-space/rhythm --sound my-space/sound""",
    "clave adapt": """clave adapt my-loops -o my-space
clave play --rhythm my-space/rhythm""",
    "clave learn rhythm": """clave learn rhythm my-midi -o my-rhythm
clave learn rhythm my-midi -o my-rhythm --from scratch
clave learn rhythm my-midi -o my-rhythm --resume
clave learn rhythm --factory -o ours
clave learn rhythm my-midi --factory -o both
clave learn rhythm paper-data --recipe paper --experiment -o experiment
clave play --rhythm my-rhythm""",
    "clave learn sound": """clave learn sound my-drums -o my-sound
clave learn sound my-drums -o my-sound --list my-drums.csv --factory 240
clave groove --kit space --sound my-sound""",
    "clave evaluate rhythm": """clave evaluate rhythm my-rhythm -o table
clave evaluate rhythm my-rhythm my-midi -o table --samples 200 --no-peers
clave evaluate rhythm my-midi -o table""",
    "clave evaluate sound": """clave evaluate sound my-drums -o table
clave evaluate sound my-sound other-drums -o table --draws 100 --beside other-sound""",
    "clave verify": """clave verify shipped
clave verify my-rhythm
clave verify my-rhythm --data my-midi""",
    "clave learn voices": "clave learn voices my-drums --list my-drums.csv --factory 400 -o my-classifier",
    "clave figures": "clave figures my-rhythm",
    "clave compare": """clave compare my-rhythm my-other-rhythm
clave compare table other-table --csv
clave compare my-rhythm my-other-rhythm -o comparison""",
}


def commands(command: Any = None, name: str = "clave") -> dict[str, Any]:
    """Every command that does something, by its full name."""
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", None)
    if inner is None:
        return {name: command}
    found = {full: leaf for key, each in inner.items() for full, leaf in commands(each, f"{name} {key}").items()}
    return {full.removesuffix(" folder"): leaf for full, leaf in found.items()}  # what `clave learn` means by itself


def options(command: Any) -> list[tuple[str, str, str]]:
    """Name as it is typed, help, and default, of each option and argument."""
    rows: list[tuple[str, str, str]] = []
    for each in command.params:
        typed = ", ".join(sorted(each.opts, key=len, reverse=True))
        if not typed.startswith("-"):
            typed = each.metavar or typed.upper()
        elif each.metavar:
            typed += f" {each.metavar}"
        shown = typed.startswith("-") and not isinstance(each.default, bool | None)
        default = f"{each.default:g}" if isinstance(each.default, float) else str(each.default)
        rows.append((typed.replace("|", "\\|"), str(each.help or ""), default if shown else ""))
    return rows


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, command in commands().items():
        arguments = "".join(f" {typed}" for typed, _, _ in options(command) if not typed.startswith("-"))
        parts.append(f"## `{name}{arguments}`\n\n{(command.help or '').strip()}\n")
        parts.append(f"```\n{EXAMPLES[name]}\n```\n")
        rows = [f"| `{typed}` | {text} | {default and f'`{default}`'} |" for typed, text, default in options(command)]
        if rows:
            parts.append("\n".join(["| option | meaning | default |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.name} written")
