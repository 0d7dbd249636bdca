"""Makes MIDI files for tests: events as (tick, message), absolute."""

import io

import mido


def note(tick, number=36, velocity=100, length=10, channel=10):
    """A note-on and its note-off; channels count from 1, as musicians do."""
    return [
        (tick, mido.Message("note_on", note=number, velocity=velocity, channel=channel - 1)),
        (tick + length, mido.Message("note_off", note=number, velocity=0, channel=channel - 1)),
    ]


def notes(*ticks, number=36, **more):
    return [event for tick in ticks for event in note(tick, number, **more)]


def meter(tick, beats, unit):
    return [(tick, mido.MetaMessage("time_signature", numerator=beats, denominator=unit))]


def tempo(tick, microseconds):
    return [(tick, mido.MetaMessage("set_tempo", tempo=microseconds))]


def midi_file(*tracks, type=1, ticks_per_quarter=480):  # noqa: A002
    """The bytes of a file of these tracks."""
    file = mido.MidiFile(type=type, ticks_per_beat=ticks_per_quarter)
    for events in tracks:
        now, track = 0, mido.MidiTrack()
        for tick, message in sorted(events, key=lambda event: event[0]):
            track.append(message.copy(time=tick - now))
            now = tick
        file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()
