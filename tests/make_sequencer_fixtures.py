"""Write tests/fixtures/sequencer.json, from the definitions in exact fractions: a second way beside clave.play.

Run it after a change of the rules: python tests/make_sequencer_fixtures.py
"""

import json
import math
from fractions import Fraction
from pathlib import Path

PATH = Path(__file__).parent / "fixtures" / "sequencer.json"

ABOUT = [
    "The rules of playing, as cases: tests/play/test_sequencer.py and web/src/rules/sequencer.test.ts read this file.",
    "Numbers are exact to double precision; compare times within 1e-9 s, the rest within 1e-12.",
    "A pattern is {meter: [beats, unit], strokes: [[voice, step, velocity, offset in steps], ...]}; its velocities and"
    " offsets are exact in single precision too.",
    "events: {name, patterns, tempo_bpm, swing} -> events, [[seconds, voice, velocity], ...] by time, then voice.",
    "stops: {events} -> stops, the time at which each event is choked, or null.",
    "journeys: {a, b, bars, mode} -> points, one round; places, how far along (0 to 1) in bars 0, 1, 2, ...",
    "sections: {fill_every, section} -> sections, of bars 0, 1, 2, ...",
    "boundaries: {position_steps, quantum, meter} -> boundary_steps, both from the start of the bar.",
    "splices: {playing, coming, boundary_steps} -> pattern.",
    "audible: {muted, soloed} -> audible. gains: {level, pan} -> left, right. velocity_gains: {velocity} -> gain.",
    "choke_groups: voice index -> group or null.",
]

CHOKE_GROUPS = [None, None, 1, 1, None, None, None, None]


def bar(*strokes, meter=(4, 4)):
    return {"meter": list(meter), "strokes": [list(stroke) for stroke in strokes]}


def steps_per_bar(meter):
    return Fraction(64 * meter[0], meter[1])


def swung(step, swing):
    """Of each 8 steps from the bar line, the first 4 are stretched to 8 * swing, the other 4 to what remains."""
    pair, within = divmod(Fraction(step), 8)
    if within <= 4:
        return pair * 8 + within / 4 * (8 * Fraction(swing))
    return pair * 8 + 8 * Fraction(swing) + (within - 4) / 4 * (8 - 8 * Fraction(swing))


def events_case(name, patterns, tempo_bpm=120.0, swing=0.5):
    found, start = [], Fraction(0)
    for pattern in patterns:
        for voice, step, velocity, offset in pattern["strokes"]:
            seconds = (start + swung(step, swing) + Fraction(offset)) * 60 / Fraction(tempo_bpm) / 16
            found.append((seconds, voice, velocity))
        start += steps_per_bar(pattern["meter"])
    expected = [[float(seconds), voice, velocity] for seconds, voice, velocity in sorted(found)]
    return {"name": name, "patterns": patterns, "tempo_bpm": tempo_bpm, "swing": swing, "events": expected}


def stops_case(events):
    stops = []
    for seconds, voice, _ in events:
        group = CHOKE_GROUPS[voice]
        later = [t for t, v, _ in events if group is not None and CHOKE_GROUPS[v] == group and t > seconds]
        stops.append(min(later, default=None))
    return {"events": events, "stops": stops}


def journey_case(a, b, bars, mode):
    there = [Fraction(k, bars - 1) for k in range(bars)] if bars > 1 else [Fraction(0)]
    one_round = there + there[-2:0:-1] if mode == "ping-pong" else there
    endless = one_round + [one_round[-1]] * 50 if mode == "once" else one_round * 50
    points = [
        [float(Fraction(p) + t * (Fraction(q) - Fraction(p))) for p, q in zip(a, b, strict=True)] for t in one_round
    ]
    return {"a": a, "b": b, "bars": bars, "mode": mode, "points": points, "places": [float(t) for t in endless[:20]]}


def sections_case(fill_every, section):
    group = [section] * (fill_every - 1) + ["fill"] if fill_every else [section]
    return {"fill_every": fill_every, "section": section, "sections": (group * 20)[:20]}


def boundary_case(position, quantum, meter):
    beat = {(4, 4): 16, (3, 4): 16, (6, 8): 24, (12, 8): 24, (7, 8): 8, (5, 4): 16, (2, 2): 32}[meter]
    size = {"step": Fraction(1), "beat": Fraction(beat), "bar": steps_per_bar(meter)}[quantum]
    line = Fraction(0)
    while line < Fraction(position):
        line += size
    return {"position_steps": position, "quantum": quantum, "meter": list(meter), "boundary_steps": float(line)}


def splice_case(playing, coming, boundary):
    kept = [s for s in playing["strokes"] if s[1] < boundary] + [s for s in coming["strokes"] if s[1] >= boundary]
    pattern = {"meter": playing["meter"], "strokes": sorted(kept)}
    return {"playing": playing, "coming": coming, "boundary_steps": boundary, "pattern": pattern}


def audible_case(muted, soloed):
    flags = [[voice in chosen for voice in range(8)] for chosen in (muted, soloed)]
    sounding = set(soloed or range(8)) - set(muted)
    return {"muted": flags[0], "soloed": flags[1], "audible": [voice in sounding for voice in range(8)]}


def gains_case(level, pan):
    angle = math.pi / 2 * (pan + 1) / 2
    return {"level": level, "pan": pan, "left": level * math.cos(angle), "right": level * math.sin(angle)}


def fixtures():
    rock = bar(
        *((2, step, 0.75 if step % 16 == 0 else 0.5, 0.0) for step in range(0, 64, 8)),
        (0, 0, 1.0, 0.0), (0, 32, 0.875, 0.0), (0, 44, 0.5, 0.0), (1, 16, 0.9375, 0.0), (1, 48, 0.9375, 0.0),
    )  # fmt: skip
    sixteenths = bar(*((2, step, 0.625, 0.0) for step in range(0, 64, 4)))
    all_steps = bar(*((2, step, 0.25, 0.0) for step in range(64)))
    played = bar(
        (0, 0, 1.0, -1.5), (1, 16, 0.75, 0.375), (1, 20, 0.125, -0.5), (0, 40, 0.875, 1.96875), (3, 60, 0.5, -2.0),
    )  # fmt: skip
    triplets = bar(
        *((2, round(k * 16 / 3), 0.5, float(Fraction(round((Fraction(16, 3) * k - round(k * 16 / 3)) * 1024), 1024)))
          for k in range(12)),
    )  # fmt: skip
    waltz = bar((0, 0, 1.0, 0.0), (2, 16, 0.5, 0.25), (2, 32, 0.5, -0.25), (5, 44, 0.25, 0.0), meter=(3, 4))
    six_eight = bar((0, 0, 1.0, 0.0), (1, 24, 0.75, 0.0), *((2, s, 0.5, 0.0) for s in range(0, 48, 8)), meter=(6, 8))
    seven_sixteen = bar((0, 0, 1.0, 0.0), (1, 12, 0.75, 0.0), (2, 20, 0.5, 0.5), meter=(7, 16))
    together = bar(*((voice, 12, 0.5, 0.0) for voice in reversed(range(8))))
    third = 2 / 3
    hats = [[0.0, 3, 0.5], [0.0, 0, 1.0], [0.25, 2, 0.5], [0.25, 3, 0.5], [0.5, 1, 0.5], [0.75, 3, 0.25], [1.0, 3, 0.5]]
    modes = ("once", "loop", "ping-pong")
    meters = ((4, 4), (3, 4), (6, 8), (12, 8), (7, 8), (5, 4), (2, 2))
    return {
        "about": ABOUT,
        "choke_groups": CHOKE_GROUPS,
        "events": [
            events_case("straight", [rock]),
            events_case("silence", [bar(), bar(meter=(3, 4))]),
            events_case("two bars, odd tempo", [rock, sixteenths], 133.7),
            events_case("triplet swing on 16ths", [sixteenths], 96.0, third),
            events_case("swing on every step keeps their order", [all_steps], 120.0, 0.6),
            events_case("the most swing", [all_steps], 120.0, 0.75),
            events_case("the least swing", [all_steps, sixteenths], 400.0, 0.25),
            events_case("played, the first stroke before time 0", [played]),
            events_case("played and swung: offsets are added after swing", [played, played], 87.0, third),
            events_case("eighth-note triplets as steps and offsets", [triplets, triplets], 140.0),
            events_case("3/4", [waltz, waltz], 180.0, 0.58),
            events_case("6/8", [six_eight, six_eight], 72.0, 0.55),
            events_case("meters change; swing counts from each bar line", [seven_sixteen, seven_sixteen, waltz, rock],
                        100.0, third),
            events_case("all voices at once, in their own order", [together]),
            events_case("an early stroke sounds in the bar before", [bar((0, 63, 0.5, 0.0)), played], 20.0),
        ],
        "stops": [
            stops_case([]),
            stops_case(sorted(hats)),
            stops_case(events_case("", [rock, played, sixteenths])["events"]),
        ],
        "journeys": [
            journey_case([-1.5, 0.25], [2.0, -3.0], bars, mode) for mode in modes for bars in (1, 2, 3, 4, 8)
        ],
        "sections": [sections_case(every, section) for every in (0, 1, 2, 3, 4, 8) for section in ("beat", "break")],
        "boundaries": [
            boundary_case(position, quantum, meter)
            for meter in meters
            for quantum in ("step", "beat", "bar")
            for position in (0.0, 0.25, 7.0, 15.999, 16.0, 16.5, 23.5, 24.0, 41.0)
        ],
        "splices": [
            splice_case(rock, played, boundary) for boundary in (0.0, 1.0, 16.0, 20.0, 44.0, 61.0, 64.0)
        ],
        "audible": [
            audible_case([], []), audible_case([0, 3], []), audible_case([], [1]), audible_case([1, 2], [1, 5]),
        ],
        "gains": [
            gains_case(level, pan) for level in (0.0, 0.5, 1.0, 2.0) for pan in (-1.0, -0.5, 0.0, 0.25, 1.0)
        ],
        "velocity_gains": [{"velocity": v, "gain": float(Fraction(v) ** 2)} for v in (0.0078125, 0.25, 0.5, 0.8, 1.0)],
    }  # fmt: skip


def text():
    """The file: one case a line."""
    parts = []
    for key, value in fixtures().items():
        if isinstance(value, list) and value and isinstance(value[0], (dict, str)):
            rows = ",\n    ".join(json.dumps(row) for row in value)
            parts.append(f"  {json.dumps(key)}: [\n    {rows}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
    print(f"wrote {PATH}")
