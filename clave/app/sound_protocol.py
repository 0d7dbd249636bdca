"""What page and server say to each other of sounds and kits: part of `clave.app.protocol`, in a file of its own."""

from clave.app.protocol import KitName, Message, RequestedSoundShift
from clave.play.project.value import Digest, Point, Seed, Share, VoiceIndex
from clave.play.project.voices import Detail, EightVoices, KitVoice, SoundShift


class SoundMap(Message):
    """GET /api/sounds/{voice index}/map: the sounds of a voice that the space was learned from, column by column.

    The descriptors are ranks among these sounds, from 0, the least, to 1; empty where the space knows none.
    """

    x: list[float]
    y: list[float]
    source: list[int]  # index into sources
    sources: list[str]  # file names as a person reads them
    licences: list[str]  # of each source
    brightness: list[float]
    decay: list[float]
    pitch: list[float]
    noisiness: list[float]


class SoundRequest(Message):
    """POST /api/sounds/{voice index}: answers with a WAV file at the level of its voice, ready to play.

    Its header `clave-heard` is a `Heard` as JSON.
    """

    point: Point
    detail: Detail | None = None  # None is what is expected at the point
    variation: Share = 0.0
    seed: Seed = 0
    shift: RequestedSoundShift = SoundShift()


class Heard(Message):
    """Descriptors of a sound."""

    brightness_hz: float
    decay_s: float
    pitch_hz: float | None  # None has no pitch
    noisiness: Share


class PlacedSound(Message):
    """POST /api/sounds/{voice index}/place, with a sound file as the body: where it lies on the voice's map."""

    point: Point
    detail: list[float]
    file: Digest  # the sound itself is at /api/files/{digest}.wav
    heard: Heard
    nearest: list[int]  # sources of its map, the nearest first


class KitDraw(Message):
    """POST /api/kits/draw: sounds for all eight voices, but for those that are kept."""

    seed: Seed = 0
    kept: dict[VoiceIndex, KitVoice] = {}  # noqa: RUF012 -- a model copies it


class DrawnKit(Message):
    """The answer to it, in the order of the table."""

    voices: EightVoices


class KitToKeep(Message):
    """POST /api/kept: a kit under a name; another of the same name is its next version."""

    name: KitName
    voices: EightVoices


class KeptId(Message):
    """Which kept kit it is."""

    id: int


class Rename(Message):
    """PATCH /api/kept/{id}."""

    name: KitName


class KeptInfo(Message):
    """GET /api/kept: a kit in the list of those kept."""

    id: int
    name: str
    changed: str  # ISO 8601, UTC
    versions: int


class KeptVersion(Message):
    """GET /api/kept/{id}/history: one of its versions, numbered from 1."""

    version: int
    changed: str


class KeptKit(Message):
    """GET /api/kept/{id} and /api/kept/{id}/history/{version}: a kept kit as it was then."""

    id: int
    name: str
    changed: str
    version: int
    versions: int
    voices: EightVoices
