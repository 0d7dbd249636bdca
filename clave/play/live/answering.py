"""Answers the player bar by bar: each bar that comes in is placed on the map, and Clave plays another one to it.

A bar that is over at a bar line is answered from the next one on. A quiet player is not answered: the last answer goes
on, or Clave rests if it is told to. What the player's bar is like is said for lights and synths.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Literal, NamedTuple

from clave.errors import ClaveError
from clave.music.pattern import MAX_OFFSET, Pattern, Stroke
from clave.music.units import Meter, steps_per_bar
from clave.play.live.arguments import Value, Values
from clave.play.live.controls.control import Places
from clave.play.live.desk import Desk
from clave.play.live.history import ANSWER_LABEL
from clave.play.live.scene_changes import travelling
from clave.play.project.bars import BarPattern, Given
from clave.play.project.document import Project
from clave.play.project.value import MAX_SEED
from clave.rhythm.answering import Answer, AnswerKind, answer
from clave.rhythm.attributes import NAMES, measure
from clave.rhythm.space import RhythmSpace

AnswerMode = Literal["off", "agree", "vary", "oppose"]
DIGITS = 4  # of what is said
DENSITY, SYNCOPATION = NAMES.index("density"), NAMES.index("syncopation")


class PlayedStroke(NamedTuple):
    """A stroke of the player; a tap has no voice."""

    voice: int | None
    velocity: float  # in (0, 1]
    position: float  # steps from the start of its bar, from -2 on


class PlayedBar(NamedTuple):
    """A bar that the player has played, or a quiet one."""

    meter: Meter
    strokes: tuple[PlayedStroke, ...]


class Heard(NamedTuple):
    """What was made of a bar."""

    point: tuple[float, float]
    density: float  # strokes a quarter
    syncopation: float  # a quarter; see `rhythm.attributes`
    answer: Answer | None


def pattern_of(bar: PlayedBar, space: RhythmSpace, seed: int) -> Pattern:
    """The bar on the grid; taps, which have no voice, become drums as the space plays them."""
    voiced = [Stroke(each.voice, 0, each.velocity, each.position) for each in bar.strokes if each.voice is not None]
    if voiced:
        return Pattern.from_strokes(voiced, bar.meter)
    taps = [(each.position, each.velocity) for each in bar.strokes]
    return space.drums_for(taps, seed=seed, meter=bar.meter)


class Answering:
    """Keeps the mode and answers; `bar` takes what was played, `tick` carries out what was computed `beside`.

    `said` is told everything that is said on the desk too: a page shows it, and controllers get it as CC.
    """

    def __init__(
        self,
        desk: Desk,
        space: RhythmSpace,
        beside: Executor,
        *,
        report: Callable[[str], None] = print,
        said: Callable[[str, Values], None] | None = None,
    ) -> None:
        self.mode: AnswerMode = "off"
        self.distance, self.join, self.rest = 0.5, True, False
        self._desk, self._space, self._beside, self._report, self._said = desk, space, beside, report, said
        self._running: Future[Heard] | None = None
        self._count = 0  # bars that were answered since the mode was chosen
        desk.does["answer"] = self._choose
        desk.does["answer distance"] = self._set_distance
        desk.does["answer join"] = self._set_join
        desk.does["answer rest"] = self._set_rest
        self.say_all()

    def use(self, space: RhythmSpace) -> None:
        """Answer in this space from now on."""
        self._space = space

    def say_all(self) -> None:
        """Say how it is set."""
        self._say("/clave/answer", self.mode)
        self._say("/clave/answer/distance", self.distance)
        self._say("/clave/answer/join", self.join)
        self._say("/clave/answer/rest", self.rest)

    def bar(self, bar: PlayedBar) -> None:
        """A bar is over. One that comes while another is still computed is left out."""
        if not bar.strokes:
            self._quiet(bar.meter)
        elif self._running is None:
            project = self._desk.project
            seed = (project.scene.settings.seed + self._count) % (MAX_SEED + 1)
            self._count += 1
            self._running = self._beside.submit(self._hear, bar, project, self.mode, seed)

    def tick(self) -> None:
        """Say what was computed, and answer."""
        if self._running is None or not self._running.done():
            return
        coming, self._running = self._running, None
        try:
            heard = coming.result()
            self._say("/clave/player/map", *(round(each, DIGITS) for each in heard.point))
            self._say("/clave/player/density", round(heard.density, DIGITS))
            self._say("/clave/player/syncopation", round(heard.syncopation, DIGITS))
            if heard.answer is not None and self.mode != "off":
                given = Given(
                    pattern=BarPattern.of(heard.answer.pattern), source=ANSWER_LABEL, point=heard.answer.point
                )
                self._play(given)
        except ClaveError as error:
            self._report(f"a bar was not answered: {error}")

    def _hear(self, bar: PlayedBar, project: Project, mode: AnswerMode, seed: int) -> Heard:
        pattern = pattern_of(bar, self._space, seed)
        measured = measure([pattern])[0]
        (point,) = self._space.locate([pattern])
        made = None if mode == "off" else self._answer(pattern, project, mode, seed)
        where = float(point[0]), float(point[1])
        return Heard(where, float(measured[DENSITY]), float(measured[SYNCOPATION]), made)

    def _answer(self, pattern: Pattern, project: Project, kind: AnswerKind, seed: int) -> Answer:
        style = project.scene.settings.style
        return answer(self._space, pattern, kind, self.distance, join=self.join, style=style, seed=seed)

    def _quiet(self, meter: Meter) -> None:
        scene = self._desk.project.scene
        silent = Given(pattern=BarPattern(meter=meter), source=ANSWER_LABEL)
        if self.mode != "off" and self.rest and scene.bars != (silent,):
            try:
                self._play(silent)
            except ClaveError as error:
                self._report(f"Clave cannot rest: {error}")

    def _play(self, bar: Given) -> None:
        """It is the loop from the next bar line on; a path is left."""
        project = self._desk.project
        scene = travelling(project.scene, on=False).changed(bars=(bar,), fill=None)
        self._desk.change(project.changed(scene=scene), ANSWER_LABEL)

    # ---- what the controls do

    def _choose(self, _: Places, values: Values) -> None:
        self.mode, self._count = values[0], 0  # pyright: ignore[reportAttributeAccessIssue]
        if self.mode != "off":  # the first search of a meter decodes the whole map: before a bar waits for it
            silence = Pattern.empty(self._desk.project.scene.settings.meter)
            self._beside.submit(self._space.locate, [silence])
        if len(values) > 1:
            self._set_distance(_, values[1:])
        self._say("/clave/answer", self.mode)

    def _set_distance(self, _: Places, values: Values) -> None:
        self.distance = float(values[0])
        self._say("/clave/answer/distance", self.distance)

    def _set_join(self, _: Places, values: Values) -> None:
        self.join = bool(values[0])
        self._say("/clave/answer/join", self.join)

    def _set_rest(self, _: Places, values: Values) -> None:
        self.rest = bool(values[0])
        self._say("/clave/answer/rest", self.rest)

    def _say(self, address: str, *values: Value) -> None:
        self._desk.say(address, *values)
        if self._said is not None:
            self._said(address, values)


class PlayedBars:
    """Collects strokes into bars. A stroke less than half a 16th early belongs to the next bar."""

    def __init__(self, early_steps: float = MAX_OFFSET) -> None:
        self._early = early_steps
        self._bar: tuple[int, Meter] | None = None  # the bar that is played now, and its meter
        self._strokes: list[PlayedStroke] = []

    def strike(self, voice: int | None, velocity: float, position: float) -> None:
        """A stroke at this position of the bar that is played now."""
        self._strokes.append(PlayedStroke(voice, velocity, position))

    def at(self, now: tuple[int, Meter] | None) -> PlayedBar | None:
        """The bar that is over, now that this one is played, of this meter; None: it goes on, or nothing is played."""
        before = self._bar
        if before is None or now is None:
            self._bar = now
            self._strokes = []
            return None
        if now[0] == before[0]:
            return None
        self._bar = now
        steps = steps_per_bar(before[1])
        end = steps - self._early
        over = tuple(each for each in self._strokes if each.position < end)
        early = (each for each in self._strokes if each.position >= end)
        self._strokes = [each._replace(position=max(each.position - steps, -self._early)) for each in early]
        return PlayedBar(before[1], over)
