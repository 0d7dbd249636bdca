"""An engine that plays on a sound device, both by a clock of the test's own."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
from toy_rhythm import ToyRhythm

from clave.audio.biquad import BLOCK
from clave.errors import AudioPortError
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.play.live.audio_out import AudioOutput
from clave.play.live.engine import Engine
from clave.play.live.strokes import Strokes
from clave.play.performance import Performance
from clave.play.project import Project
from clave.play.sounds import decode_sound, find_on_disk

RATE, BLOCK_SAMPLES, BUFFER = 44_100, 4 * BLOCK, 2048


class Here(Executor):
    """Runs what takes long at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Device:
    """A port that collects blocks; its clock is the number of samples that it has played."""

    name = "collects"

    def __init__(self, sample_rate: int = RATE) -> None:
        self.sample_rate, self.played, self.given = sample_rate, 0, 0
        self.blocks: list[np.ndarray] = []
        self.gone = False

    def room(self) -> int:
        if self.gone:
            raise AudioPortError("the sound device 'collects' is gone: pulled out")
        return BUFFER - self.waiting()

    def waiting(self) -> int:
        return self.given - self.played

    def write(self, block: np.ndarray) -> None:
        assert block.shape == (2, BLOCK_SAMPLES)
        self.blocks.append(block)
        self.given += BLOCK_SAMPLES

    def close(self) -> None:
        self.gone = True

    def heard(self) -> np.ndarray:
        return np.concatenate(self.blocks, axis=1)


def sound(voice: int, of: Any) -> Clip:
    return decode_sound(VOICES[voice], of, None, find_on_disk())


def project(**mixed: Any) -> Project:
    """Two bars that vary, with each voice in the mix as these fields say."""
    made = Project()
    mix = tuple(each.changed(**mixed) for each in made.scene.mix)
    settings = made.scene.settings.changed(variation=0.3)
    bars = tuple(bar.changed(variation=0.3, seed=seed) for seed, bar in enumerate(made.scene.bars * 2))
    return made.changed(scene=made.scene.changed(mix=mix, settings=settings, bars=bars))


class Playing:
    """An engine that plays on a device."""

    def __init__(self, played: Project) -> None:
        self.device, self.now, self.said = Device(), 0.0, list[str]()
        self.performances: list[Performance] = []
        strokes = Strokes(ToyRhythm(), sound)  # pyright: ignore[reportArgumentType]
        self.output = AudioOutput(self.device, self.said.append)
        strokes.ready += [self.output.prepare, self.performances.append]
        self.engine = Engine(played, strokes, [self.output], Here(), clock=lambda: self.now)

    def play(self, seconds: float) -> np.ndarray:
        """What the device has got after so many seconds."""
        self.engine.tick()
        self.engine.act("play", (), ())
        self.go_on(seconds)
        return self.device.heard()

    def go_on(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.engine.tick()
            self.device.played += 64
            self.now = self.device.played / RATE
