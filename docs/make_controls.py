"""Write docs/osc.md from the table of controls: `python docs/make_controls.py`. A test holds it up to date."""

from pathlib import Path

from clave.play.live.controls.control import VOICE_SLUGS, Control
from clave.play.live.controls.table import GROUPS, parameter_of
from clave.play.live.osc import DEFAULT_PORT, MAX_SUBSCRIBERS
from clave.play.project.movement import PARAMETERS

PAGE = Path(__file__).with_name("osc.md")

SUBSCRIBED = (
    "From now on the sender gets what changes, at this port of its machine, or at the one that it uses; "
    f"first everything as it is. At most {MAX_SUBSCRIBERS} subscribers."
)
HEAD = f"""# OSC and WebSocket

Whatever the page can change can be changed from outside, by OSC or by a WebSocket: a place on the map, the lanes, mix
and sounds of the voices, scenes, song, playing. This page lists every control with what it takes; it is generated from
the program's own table by `docs/make_controls.py`. How to start it, and what happens when, stands in
[remote control](live.md). To try one: start `clave play --osc-in {DEFAULT_PORT}`, open the page, and send
`/clave/map 0.3 -0.2` to port {DEFAULT_PORT} of this machine.

## How controls are written

An address names the control; the arguments follow. A number may come as float or integer of any size, a switch as 0 and
1 or as OSC's true and false. `{{voice}}` is one of {", ".join(VOICE_SLUGS)}, another name of it such as `ch`,
or `*` for all eight. `{{scene}}`, `{{part}}` and `{{bar}}` are numbers from 1 on, `{{anchor}}` is A, B, C
or D. Arguments in brackets may be left out. An argument out of its range, or an address that is none, changes
nothing and is answered with `/clave/error address text`.

*Heard* says when: at the next **step** (a 64th), or at the **quantum** of the project (`/clave/quantum`: step, beat or
bar). *Sent* marks what has a value: subscribers get it, under the same address and in the same form, when it changes.

## Subscribers

| address | arguments | what it does |
|---|---|---|
| `/clave/subscribe` | [port] | {SUBSCRIBED} |
| `/clave/unsubscribe` | [port] | No longer. |
| `/clave/get` | address | The value at this address, once. |

## What is sent besides

| address | arguments | when |
|---|---|---|
| `/clave/error` | address, text | Something that was sent cannot be done, and why. |
| `/clave/playing` | 0 or 1 | Music begins or ends. |
| `/clave/heard/bar` | bar | The bar that is heard, from 1 on since what plays began; 0: none. |
| `/clave/strike` | voice, velocity, level, pan | A stroke sounds (`clave live --osc-out`). |
| `/clave/step` | bar, 16th | A 16th begins, both from 1 on (`clave live --osc-out`). |
| `/clave/player/map` | x, y | Where the bar that the player has just played lies on the map. |
| `/clave/player/density` | density | Its strokes a quarter. |
| `/clave/player/syncopation` | syncopation | Its [syncopation](rhythm-attribute-shift.md) a quarter. |
| `/clave/link/peers` | peers | How many others are in the Link session. |
| `/clave/link/tempo` | tempo | The tempo of the Link session, in quarters a minute. |
"""

TAIL = """## Parameters

What `/clave/modulate`, `/clave/automate` and `/clave/still` move. Those of a voice stand behind its name and a dot:
`snare.level`.

| parameter | range | read each |
|---|---|---|
"""


def written(control: Control) -> str:
    """Its arguments, those that may be left out in brackets."""
    names = [each.name for each in control.takes]
    needed, free = names[: len(names) - control.optional], names[len(names) - control.optional :]
    return " ".join([*needed, *(f"[{name}]" for name in free)]) + (" ..." if control.repeats else "")


def ranges(control: Control) -> str:
    """What each argument may be."""
    several = len({each.name for each in control.takes}) > 1
    shown = dict.fromkeys(f"{each.name}: {each.range}" if several else each.range for each in control.takes)
    return "; ".join(shown)


def row(control: Control) -> str:
    """One line of a table."""
    heard = "" if control.action else "step" if control.at_once else "quantum"
    name = parameter_of(control, (1,))
    moved = f" Parameter `{name.replace('snare.', '{voice}.')}`." if name else ""
    sent = "yes" if control.read or control.said else ""
    return (
        f"| `{control.address}` | {written(control)} | {ranges(control)} | {control.help}{moved} | {heard} | {sent} |"
    )


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, controls in GROUPS.items():
        head = ["| address | arguments | range | what it does | heard | sent |", "|---|---|---|---|---|---|"]
        parts.append("\n".join([f"## {title}\n", *head, *map(row, controls)]) + "\n")
    own = {
        name.replace("snare.", "{voice}."): each
        for name, each in PARAMETERS.items()
        if "." not in name or name.startswith(("snare.", "map.", "shift."))
    }
    rows = [f"| `{name}` | [{low:g}, {high:g}] {unit} | {each} |" for name, (low, high, unit, each) in own.items()]
    return "\n".join(parts) + "\n" + TAIL + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.name} written")
