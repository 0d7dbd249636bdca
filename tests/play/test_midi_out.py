"""Strokes as MIDI messages: each at its time, no note left hanging."""

import mido
import pytest
from live import TEMPO_MAPS, busy_bars, given, one_bar, performance, ringing_kit

from clave.music.kit import VOICES
from clave.music.units import velocity_to_midi
from clave.play.formats import WriteOptions, write_midi
from clave.play.midi_out import NOTE_OFF, NOTE_ON, NOTE_SECONDS, MidiMessage, MidiOutput, midi_messages
from clave.play.performance import Performance


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_each_stroke_is_a_note_at_its_time(kind: str) -> None:
    music = performance(*busy_bars(3), tempo=TEMPO_MAPS[kind])
    messages = midi_messages(music)
    started = [(each.seconds, *each.data[1:]) for each in messages if each.data[0] == NOTE_ON]
    assert sorted(started) == sorted(
        (strike.seconds, VOICES[strike.voice].note, velocity_to_midi(strike.velocity)) for strike in music.events()
    )
    assert messages == sorted(messages)


@pytest.mark.parametrize("kind", TEMPO_MAPS)
def test_notes_come_when_they_do_in_the_file(kind: str, tmp_path) -> None:
    music = performance(*busy_bars(3), tempo=TEMPO_MAPS[kind])
    write_midi(music, tmp_path, WriteOptions())
    now, in_the_file = 0.0, []
    for message in mido.MidiFile(tmp_path / "groove.mid"):
        now += message.time
        if message.type == "note_on":
            in_the_file.append((message.note, now))
    live = [(each.data[1], max(0, each.seconds)) for each in midi_messages(music) if each.data[0] == NOTE_ON]
    assert len(in_the_file) == len(live)
    for (note, seconds), (other, due) in zip(sorted(in_the_file), sorted(live), strict=True):
        assert note == other
        assert seconds == pytest.approx(due, abs=0.003)


def test_a_note_ends_before_it_is_struck_again() -> None:
    music = Performance.of_patterns([one_bar((0, 0), (0, 1), (0, 32))], ringing_kit(), 400)  # a step is 9 ms
    step = 60 / 400 / 16
    times = [each.seconds for each in midi_messages(music)]
    assert times == pytest.approx([0, step, step, step + NOTE_SECONDS, 32 * step, 32 * step + NOTE_SECONDS])
    assert [each.data[0] for each in midi_messages(music)] == [NOTE_ON, NOTE_OFF] * 3


def test_a_message_waits_for_its_time() -> None:
    sent: list[MidiMessage] = []
    output = MidiOutput(sent.append)
    (strike,) = performance(given((1, 0, 0.5, 0.0))).events()
    output.strike(strike, 10.0)
    output.release(9.999)
    assert sent == []
    output.release(10.0)
    assert sent == [(10.0, (0x99, 38, 64))]
    output.release(10.1)
    assert sent[1:] == [(10.0 + NOTE_SECONDS, (0x89, 38, 0))]


def test_silence_ends_what_sounds_and_drops_what_waits() -> None:
    sent: list[MidiMessage] = []
    output = MidiOutput(sent.append)
    kick, snare = performance(given((0, 0, 1.0, 0.0), (1, 4, 1.0, 0.0))).events()
    output.strike(kick, 10.0)
    output.strike(snare, 10.1)
    output.release(10.01)
    output.silence(10.02)
    output.release(11)
    assert sent == [(10.0, (0x99, 36, 127)), (10.02, (0x89, 36, 0))]
    output.silence(12)
    assert len(sent) == 2
