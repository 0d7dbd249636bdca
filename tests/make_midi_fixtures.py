"""Write tests/fixtures/midi.json: what Python makes of MIDI that comes in, which the page has to make of it too.

Run it after a change of the rules: PYTHONPATH=.:tests python tests/make_midi_fixtures.py
"""

import json
from pathlib import Path

import numpy as np

from clave.play.live.midi_clock import PulseGate
from clave.play.live.midi_follow import ClockFollower
from clave.play.live.midi_grid import GRID_MODELS, GridView, lights, pad_at
from clave.play.live.midi_in import Launched, Learner, MidiInput, Moved, Struck
from clave.play.live.midi_map import map_from_json
from clave.play.live.midi_messages import CLOCK, CONTINUE, START, STOP, HeardMessage, song_position
from clave.play.live.midi_state import StateOut
from clave.play.live.midi_targets import TARGETS

PATH = Path(__file__).parent / "fixtures" / "midi.json"
ABOUT = [
    "MIDI that comes in, as cases: tests/play/live/test_midi_fixtures.py and web/src/midi/midiFixtures.test.ts.",
    "follow: {messages: [[seconds, bytes], ...], tick_seconds, every} -> reads, after every so many ticks,"
    " [position in steps, bpm or null]; commands, [kind, position in steps, seconds]. At each tick, from 0 on, what has"
    " come is heard, then `update` and `position` are called.",
    "gate: {takes: [[seconds late, bytes], ...]} -> sent, the messages for each.",
    "input: {map, values} -> each turn, [bytes, what it means or null]; what is moved changes the values.",
    "learn: {messages} -> binding: [number, kind, channel], with the last of them.",
    "state: {map, turns: [[what it does, values or [target, value]], ...]} -> sent, the messages for each turn.",
    "grid: {models: {name: {notes, colours}}, pads, views: [[view, colours], ...]}, rows from the top.",
    "targets: what a controller moves, each [name, control of the desk, low, high, scale].",
]
TICK_SECONDS, EVERY = 0.01, 20


def pulses(rng: np.random.Generator, *spans: tuple[float, float], jitter: float, lost: float) -> list:
    found, seconds = [], 0.2
    for bpm, length in spans:
        for _ in range(int(length * bpm * 24 / 60)):
            if seconds < 0.5 or rng.random() >= lost:
                found.append([round(seconds + float(rng.uniform(-jitter, jitter)), 6), [CLOCK]])
            seconds += 60 / 24 / bpm
    return found


def follow_case(name: str, messages: list) -> dict:
    messages = sorted(messages, key=lambda each: each[0])
    follower, coming, reads, commands = ClockFollower(), messages[::-1], [], []
    for tick in range(int((messages[-1][0] + 0.5) / TICK_SECONDS)):
        now = tick * TICK_SECONDS
        while coming and coming[-1][0] <= now:
            follower.hear(*coming.pop())
        commands += [list(each) for each in follower.update(now)]
        position = follower.position(now)
        if tick % EVERY == 0:
            reads.append([position, follower.tempo_bpm])
    given = {"name": name, "messages": messages, "tick_seconds": TICK_SECONDS, "every": EVERY}
    return given | {"reads": reads, "commands": commands}


def follow_cases() -> list[dict]:
    rng = np.random.default_rng(12)
    jump = pulses(rng, (90, 3), (140, 4), jitter=0.003, lost=0.01)
    slower = pulses(rng, (174, 3), (80, 4), jitter=0.001, lost=0.02)
    steady = pulses(rng, (120, 8), jitter=0.002, lost=0)
    return [
        follow_case("jump", [[0.1, [START]], *jump]),
        follow_case("slower", [[0.1, [START]], *slower]),
        follow_case(
            "stop and go",
            [
                *steady,
                [0.5, [START]],
                [2.013, [STOP]],
                [2.5, [CONTINUE]],
                [4.0, list(song_position(32))],
                [6.0, [STOP]],
                [6.1, list(song_position(4))],
                [6.2, [CONTINUE]],
            ],
        ),
        follow_case("away", [[0.3, [START]], *(each for each in steady if not 2 < each[0] < 3)]),
    ]


def gate_case(late: dict[int, float], count: int = 40) -> dict:
    gate = PulseGate()
    takes = [[0.0, [START]], *([late.get(n, 0.0), [CLOCK]] for n in range(count)), [0.0, [STOP]]]
    sent = [[list(each) for each in gate.take(tuple(data), seconds)] for seconds, data in takes]
    return {"takes": takes, "sent": sent}


MAP = {
    "format": "clave-midi-map",
    "version": 1,
    "name": "desk",
    "channel": 10,
    "programs": True,
    "notes": {"36": "kick", "38": "snare", "42": "closed hi-hat"},
    "controls": [
        {"target": "density", "number": 20},
        {"target": "tempo", "number": 3, "kind": "absolute-14", "channel": 2},
        {"target": "map.x", "number": 16, "kind": "relative-twos-complement"},
        {"target": "map.y", "number": 17, "kind": "relative-offset", "step": 0.0625},
        {"target": "variation", "number": 18, "kind": "relative-sign", "low": 0.75, "high": 0.25},
        {"target": "play", "number": 60, "kind": "note", "channel": 1},
        {"target": "swing", "number": 21, "takeover": False, "low": 1.0, "high": 0.0},
    ],
}


def meaning(event: object) -> list | None:
    match event:
        case Struck(voice, velocity, _):
            return ["struck", voice, velocity]
        case Moved(target, value):
            return ["moved", target, value]
        case Launched(scene):
            return ["launched", scene]
    return None


def input_case() -> dict:
    rng, values = (
        np.random.default_rng(3),
        {"density": 0.5, "tempo": 0.25, "map.x": 0.5, "map.y": 0.1, "variation": 0.5},
    )
    midi_in, turns, start = MidiInput(map_from_json(json.dumps(MAP)), values.get), [], dict(values)
    status = [0x99, 0x90, 0x80, 0xB0, 0xB0, 0xB0, 0xB1, 0xB1, 0xC9]
    for _ in range(400):
        kind = int(rng.choice(status))
        number = int(rng.choice([3, 35, 16, 17, 18, 20, 20, 20, 21] if kind >> 4 == 0xB else [36, 38, 42, 60]))
        data = (
            (kind, number) if kind >> 4 == 0xC else (kind, number, int(rng.choice([0, 1, 2, 40, 63, 64, 65, 90, 127])))
        )
        found = midi_in.hear(HeardMessage(0.0, data))
        values.update({each.target: each.value for each in found if isinstance(each, Moved)})
        turns.append([list(data), meaning(found[0]) if found else None])
    return {"map": MAP, "values": start, "turns": turns}


def learn_case(*messages: tuple[int, ...]) -> dict:
    learner = Learner("density")
    *early, found = [learner.hear(data) for data in messages]
    assert not any(early)
    assert found is not None
    return {"messages": messages, "binding": [found.number, found.kind, found.channel]}


def learn_cases() -> list[dict]:
    turned = [(60, 61, 62, 63), (1, 1, 127, 1), (65, 65, 63, 65), (1, 65, 65, 1), (0, 127, 0, 127), (64, 64, 64, 64)]
    cases = [learn_case(*((0xB4, 9, value) for value in values)) for values in turned]
    pair = learn_case((0xB0, 1, 64), (0xB0, 33, 3), (0xB0, 1, 64), (0xB0, 33, 9))
    return [*cases, pair, learn_case((0xB0, 5, 1), (0x90, 40, 0), (0x95, 40, 1))]


def state_case() -> dict:
    """What is sent as values change, as the hand moves one, and as the controller is plugged in again."""
    state, start = StateOut(map_from_json(json.dumps(MAP))), {"density": 0.5, "tempo": 0.25, "play": 1.0, "swing": 0.2}
    turns: list[list] = [
        ["values", start],
        ["values", start],
        ["values", start | {"density": 0.25, "play": 0.0}],
        ["moved", ["density", 0.75]],
        ["moved", ["play", 1.0]],
        ["values", start | {"density": 0.75, "play": 0.0}],
        ["values", start | {"swing": 1.0}],
        ["forget", None],
        ["values", start],
    ]
    sent = []
    for what, given in turns:
        if what == "values":
            sent.append(state.changes(given))
            continue
        state.moved(*given) if what == "moved" else state.forget()
        sent.append([])
    return {"map": MAP, "turns": turns, "sent": sent}


def grid_case() -> dict:
    rng, places = np.random.default_rng(8), [(row, column) for row in range(8) for column in range(8)]
    views = [
        GridView([], None, None, 0, [], None),
        GridView([True, False, True] * 8, 3, 5, 2, (rng.random(16) < 0.4).tolist(), 6),
        GridView([True] * 40, 38, None, 7, (rng.random(24) < 0.4).tolist(), 23),
    ]
    return {
        "models": {
            name: {"notes": [model.note(*each) for each in places], "colours": model.colours}
            for name, model in GRID_MODELS.items()
        },
        "pads": [list(pad_at(*each)) for each in places],
        "views": [[each._asdict(), lights(each)] for each in views],
    }


def fixtures() -> dict:
    gates = [{}, {7: 0.1}, {n: 0.5 - n / 100 for n in range(10, 30)}, {0: 0.1, 1: 0.08}]
    return {
        "about": ABOUT,
        "follow": follow_cases(),
        "gate": [gate_case(each) for each in gates],
        "input": input_case(),
        "learn": learn_cases(),
        "state": state_case(),
        "grid": grid_case(),
        "targets": [[name, each.address, each.low, each.high, each.scale] for name, each in TARGETS.items()],
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(fixtures(), separators=(",", ":")) + "\n", "utf-8")
