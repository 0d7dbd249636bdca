"""The engine that plays without a page: controls move the project, its bars are decoded beside, outputs play them."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, NamedTuple

from clave.errors import ClaveError, ControlError
from clave.music.kit import VOICES
from clave.play.live.arguments import Values
from clave.play.live.conductor import Conductor, Entry, Prepared
from clave.play.live.controls.control import Action, Places
from clave.play.live.desk import Desk
from clave.play.live.hands import Hands
from clave.play.live.history import ANSWER_LABEL, History
from clave.play.live.keep_played import KeepPlayed
from clave.play.live.scene_changes import gone_home, scene_in, with_given, with_hold
from clave.play.live.strokes import Strokes
from clave.play.live.troubles import Troubles
from clave.play.live.window import Window, Windows
from clave.play.output import Output
from clave.play.performance import Performance
from clave.play.places import BarLines, natural_bars
from clave.play.plan import Plan
from clave.play.project.document import Project, Scene, SongPart
from clave.play.project.movement import MAX_BARS
from clave.play.scheduler import LOOK_AHEAD_SECONDS
from clave.play.sequencer import Quantum
from clave.play.transport import Clock
from clave.rhythm.homes import Home, homes_of

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace

ARRIVED_BARS = 8  # of the scene that a morph goes to, until it plays itself
TELL_SECONDS = 0.01


class _Launch(NamedTuple):
    """What was launched and has not begun, or is on its way."""

    number: int
    played: Project
    slot: int | None = None  # the scene that it becomes
    song: bool = False
    first: int = 0  # bar at which it is entered
    since: int | None = None  # else the bar, of what plays before it, at which it began
    morph_until: int | None = None  # bar at which a morph has arrived

    def entry(self, project: Project) -> Entry:
        """How it comes in, as this project."""
        path = project.scene.path
        travels = bool(project.song) or (path is not None and path.travelling)
        return Entry(travels, self.number, self.first, self.since)


class _Job(NamedTuple):
    """What is performed beside the music."""

    project: Project
    window: Window
    quantum: Quantum
    entry: Entry

    def done(self, performance: Performance) -> Prepared:
        """What it was performed for."""
        return Prepared(performance, BarLines(self.project), self.window.first, self.quantum, self.entry)


class Engine:
    """Plays a project on outputs; `desk` takes the controls. Call `tick` often: every 2 ms, say.

    `beside` runs what takes long, one thing at a time; `report` gets a sentence for what could not be played.
    """

    def __init__(
        self,
        project: Project,
        strokes: Strokes,
        outputs: Sequence[Output],
        beside: Executor,
        *,
        clock: Clock = time.monotonic,
        look_ahead_seconds: float = LOOK_AHEAD_SECONDS,
        report: Callable[[str], None] = print,
    ) -> None:
        self.desk = Desk(project, self)
        self.conductor = Conductor(outputs, clock, look_ahead_seconds)
        self._history = History(project)
        self._played_by_hand = KeepPlayed(self.conductor, strokes.rhythm, beside)
        self._strokes, self._beside, self.clock = strokes, beside, clock
        self.hands = Hands(self.desk, self.conductor, clock)
        self.hands.hears.append(self._played_by_hand.strike)
        self._plays_song = bool(project.song)
        self._launch = _Launch(0, project)  # what plays came by it
        self._waits: _Launch | None = None
        self._heard_at: Quantum | None = None  # of the latest change, whatever the quantum of the project is
        self._running: tuple[_Job, Future[Performance]] | None = None
        self._job: _Job | None = None  # the latest that was begun
        self._windows = Windows()
        self._present: tuple[Project, bool, _Launch, Project] | None = None
        self._told_at, self._said = 0.0, (-1, -1)
        self._troubles = Troubles(report)
        self.conductor.failed = self._troubles.output_failed
        self._say()

    # ---- as the player of the desk

    def changed(self, project: Project, label: str, *, at_once: bool) -> None:
        """A control has changed the project."""
        self._history.change(project, label, self.clock())
        self._heard_at = "step" if at_once else "bar" if label == ANSWER_LABEL else None
        if label.split(" ")[0] in ("map", "morph", ANSWER_LABEL):  # it leaves song, morph and launch
            self._plays_song, self._waits = False, None
            self._launch = self._launch._replace(morph_until=None)

    def act(self, action: Action, places: Places, values: Values) -> None:
        """What is no change of the project alone."""
        match action:
            case "play":
                if not self.conductor.running:
                    self.conductor.start()
            case "stop":
                self.conductor.stop()
            case "toggle":
                self.act("stop" if self.conductor.running else "play", (), ())
            case "seek":
                if self.conductor.running:
                    self.conductor.start(int(values[0]) - 1)
            case "undo" | "redo":
                self._travel_back(action)
            case "strike":
                self.hands.strike(places[0], *map(float, values))
            case "hold":
                self._hold(places[0], on=bool(values[0]))
            case "launch":
                scene = scene_in(self.desk.project, places[0])
                self._go(self.desk.project.changed(scene=scene, song=()), slot=places[0])
            case "morph":
                self._morph(places[0], int(values[0]))
            case "song":
                self._song(int(values[0]) - 1 if values else 0)
            case "leave song":
                self._plays_song = False
            case "style":
                self._style(str(values[0]))
            case "tap":
                self.hands.hear(places[0], *map(float, values))
            case "tap along":
                self.hands.hear(None, *map(float, values))
            case "capture":
                self._played_by_hand.begin(self.conductor.now())
            case _:
                raise ControlError("only a page can do that: open one with `clave play`")
        self._say()

    def _change(self, project: Project, label: str) -> None:
        self.desk.put(project)
        self._history.change(project, label, self.clock())

    def _change_scene(self, scene: Scene, label: str) -> None:
        self._change(self.desk.project.changed(scene=scene), label)

    def _travel_back(self, action: Action) -> None:
        if not (self._history.undo() if action == "undo" else self._history.redo()):
            raise ControlError(f"nothing to {action}")
        self.desk.put(self._history.project)

    def _hold(self, voice: int, *, on: bool) -> None:
        scene, heard = self.desk.project.scene, self.conductor.heard()
        bar = heard.bar % natural_bars(self._played()) if heard else 0
        held = Plan(self._played()).bars(1, bar)[0].pieces[0][1] if on else None
        self._change_scene(with_hold(scene, voice, held), f"hold {VOICES[voice].name}")
        self._heard_at = "step"

    def _style(self, name: str) -> None:
        home = _home_of(name, self._strokes.rhythm)
        self._plays_song = False
        self._change_scene(gone_home(self.desk.project.scene, home), f"style {name}")
        self.act("play", (), ())

    # ---- launches

    def _go(self, played: Project, *, slot: int | None = None, song: bool = False, first: int = 0) -> None:
        """Play this from its beginning once its step, beat or bar has come; at once where nothing plays."""
        launch = _Launch(self._next_number(), played, slot, song, first)
        if self.conductor.running:
            self._waits = launch
        else:
            self._begin(launch)

    def _next_number(self) -> int:
        return 1 + (self._waits or self._launch).number

    def _song(self, part: int) -> None:
        project = self.desk.project
        if part >= len(project.song):
            raise ControlError(f"the song has {len(project.song)} parts, got part {part + 1}")
        self._go(project, song=True, first=sum(each.bars for each in project.song[:part]))

    def _morph(self, slot: int, bars: int) -> None:
        project = self.desk.project
        scene_in(project, slot)
        if not self.conductor.running:
            return self.act("launch", (slot,), ())
        first = self.conductor.next_bar + 1
        if first + bars > MAX_BARS:
            first = first % natural_bars(project.changed(song=()))
        present = SongPart(scene=len(project.scenes), bars=first + bars, morph_bars=bars)
        song = (present, SongPart(scene=slot, bars=ARRIVED_BARS))
        played = project.changed(scenes=(*project.scenes, project.scene), song=song)
        self._waits = _Launch(self._next_number(), played, slot, first=first, morph_until=first + bars)
        return None

    def _begin(self, launch: _Launch) -> None:
        """What was launched is what plays."""
        self._launch, self._waits = launch, None
        self._plays_song = launch.song
        if launch.slot is not None and launch.morph_until is None:
            self._be(launch.slot)

    def _be(self, slot: int) -> None:
        project = self.desk.project
        if slot >= len(project.scenes) or (scene := project.scenes[slot]) is None:
            return  # it was cleared meanwhile: what played before goes on
        self._change(project.changed(scene=scene), scene.name or f"scene {slot + 1}")

    def _arrive(self, heard_bar: int) -> None:
        """A morph has come to its scene, which goes on from here."""
        launch = self._launch
        if launch.morph_until is None or heard_bar < launch.morph_until or launch.slot is None:
            return
        self._launch = launch._replace(number=self._next_number(), since=launch.morph_until, morph_until=None)
        self._be(launch.slot)

    # ---- what plays

    @property
    def slots(self) -> tuple[int | None, int | None]:
        """The scene that was launched last, and the one that waits for its step, beat or bar."""
        return self._launch.slot, None if self._waits is None else self._waits.slot

    def _played(self) -> Project:
        project = self.desk.project
        if self._launch.morph_until is not None:
            return self._launch.played
        return project if self._plays_song or not project.song else project.changed(song=())

    def tick(self) -> None:
        """Take over what was decoded, play on, and tell what has changed."""
        self._troubles.tick(self.clock(), playing=self.conductor.running)
        with self.desk.lock:
            if (bar := self._played_by_hand.ready()) is not None:
                self._plays_song, self._waits = False, None
                self._change_scene(with_given(self.desk.project.scene, bar), "bar that was played")
            self._decode()
            self.conductor.awaits = self._running is not None
            self.conductor.tick()
            heard = self.conductor.heard()
            if heard is not None:
                if self._waits is not None and heard.launch == self._waits.number:
                    self._begin(self._waits)
                self._arrive(heard.bar)
        now = self.clock()
        if now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            self._say()
            self.desk.tell()

    def _say(self) -> None:
        heard = self.conductor.heard()
        now = int(self.conductor.running), 0 if heard is None else heard.bar + 1
        if now != self._said:
            self._said = now
            self.desk.say("/clave/playing", now[0])
            self.desk.say("/clave/heard/bar", now[1])

    def _decode(self) -> None:
        """Begin what has to be performed anew, one thing at a time: the latest; and take over what is ready."""
        if self._running is not None:
            job, coming = self._running
            if not coming.done():
                return
            self._running = None
            try:
                performance = coming.result()
            except ClaveError as error:
                self._troubles.refused(error, job.project)
            except Exception as error:  # a fault of ours: what plays goes on
                self._troubles.cannot_be_played(error)
            else:
                self.conductor.wanted = job.done(performance)
        job, before = self._wanted(), self._job
        if before is None or job.project is not before.project or job[1:] != before[1:]:
            self._job = job
            first, bars = job.window
            self._running = job, self._beside.submit(self._strokes.perform, job.project, bars, first)

    def _wanted(self) -> _Job:
        waits = self._waits
        if waits is not None:
            quantum: Quantum = "bar" if waits.morph_until is not None else self.desk.project.quantum
            return self._job_of(waits.played, quantum, waits)
        arrived = self._launch.since is not None
        quantum = "bar" if arrived else self._heard_at or self.desk.project.quantum
        return self._job_of(self._kept_played(), quantum, self._launch)

    def _job_of(self, project: Project, quantum: Quantum, launch: _Launch) -> _Job:
        """The bars around the one that is to be played next."""
        entry = launch.entry(project)
        here = self.conductor.bar_of(entry) if self.conductor.running else 0
        return _Job(project, self._windows.around(project, here), quantum, entry)

    def _kept_played(self) -> Project:
        """What plays, the same value as long as nothing has changed."""
        key = self.desk.project, self._plays_song, self._launch
        if self._present is None or self._present[0] is not key[0] or self._present[1:3] != key[1:]:
            self._present = (*key, self._played())
        return self._present[3]


def _home_of(style: str, rhythm: "RhythmSpace") -> Home:
    home = next((each for each in homes_of(rhythm) if each.style == style), None)
    if home is None:
        known = ", ".join(rhythm.styles)
        raise ControlError(f"no style {style!r} is at home on this map; the space knows {known}")
    return home
