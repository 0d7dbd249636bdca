"""A Link session for tests: a timeline that others, or the test, may move; several peers may share it."""

from clave.play.live.link_session import Moment


class FakeTimeline:
    """What all peers of a session share; `clock` is the monotonic clock of all of them."""

    def __init__(self, clock, tempo_bpm: float = 120.0) -> None:
        self.clock, self.tempo_bpm = clock, tempo_bpm
        self.at, self.beat_at = clock(), 0.0
        self.playing = False
        self.peers = 0  # besides the one that asks

    def beat(self) -> float:
        return self.beat_at + (self.clock() - self.at) * self.tempo_bpm / 60

    def set_tempo(self, tempo_bpm: float) -> None:
        self.beat_at, self.at, self.tempo_bpm = self.beat(), self.clock(), tempo_bpm

    def jump(self, beats: float) -> None:
        self.beat_at += beats


class FakeSession:
    """One peer of it."""

    def __init__(self, timeline: FakeTimeline) -> None:
        self.timeline, self.quantum, self.closed = timeline, 4.0, False
        self.shift = 0.0  # of its own numbers of beats

    def peers(self) -> int:
        return self.timeline.peers

    def tempo_bpm(self) -> float:
        return self.timeline.tempo_bpm

    def set_tempo(self, tempo_bpm: float) -> None:
        self.timeline.set_tempo(tempo_bpm)

    def set_quantum(self, quarters: float) -> None:
        self.quantum = quarters

    def moment(self) -> Moment:
        return Moment(self.timeline.clock(), self.timeline.beat() + self.shift)

    def playing(self) -> bool:
        return self.timeline.playing

    def start(self, seconds: float) -> None:
        self.timeline.playing = True
        then = self.timeline.beat() + (seconds - self.timeline.clock()) * self.timeline.tempo_bpm / 60
        if self.timeline.peers:
            then += -then % self.quantum
        self.shift = -then
        if not self.timeline.peers:
            self.timeline.jump(self.shift)
            self.shift = 0.0

    def stop(self) -> None:
        self.timeline.playing = False

    def close(self) -> None:
        self.closed = True
