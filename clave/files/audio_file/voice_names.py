"""Which voice the name of a file or folder states: "BD_03", "ClosedHat-2", "808 low tom"."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from clave.files import walking
from clave.music.kit import VOICES, Voice

# Words in the names of files and folders, beside the names and aliases that the voices have anyway.
_MORE_WORDS: dict[str, str] = {
    "kick": "kik kck kd bdr bdrum",
    "snare": "sn snr sdr brush",
    "closed hi-hat": "hat hhc hhp closed-hh hh-closed hhcl cl-hat cls-hat pedal-hat pedal-hihat hihat-pedal hat-closed",
    "open hi-hat": "hho open-hh hh-open hhop op-hat opn-hat hat-open open-cymbal",
    "tom": "tm tms ft floor-tom rack-tom low-tom mid-tom high-tom lo-tom hi-tom lowtom midtom hightom lotom hitom",
    "cymbal": "cym crsh rc cc splash china ride-bell bell-ride rd-bell",
    "clap": "clp hclp handclap",
    "other": "rimshot rim-shot rimclick rim-click side-stick cross-stick x-stick sst snare-rim cowbell "
    "cow-bell cowb cb clave clav shaker shk maraca ma conga lc mc hc bongo tambourine tamb tmb "
    "woodblock wood-block block triangle agogo cabasa guiro timbale snap finger-snap vibraslap "
    "whistle bell castanet cajon djembe tabla darbuka surdo cuica",
}
_OPEN_WORDS = {"open", "op", "opn", "o", "opened", "semiopen", "halfopen"}
_GLUED = (
    "kick", "snare", "clap", "hihat", "openhat", "closedhat", "cymbal", "crash", "shaker", "cowbell", "conga", "bongo",
    "tambourine", "rimshot",
)  # fmt: skip
# Machines whose names would be voices: CompuRhythm, RD-8, MC-303, MT-32, Superior Drummer 3. They end at no digit.
MODELS = (
    r"(?<![a-z])(?:cr[-_ ]?(?:68|78|1000|5000|8000)|rd-(?:6|8|9|78)|rd78|mc[-_ ]?(?:101|303|307|505|707|808|909)"
    r"|mt[-_ ]?32|sd[-_ ]?3(?= (?:samples|library|kits?)))(?![0-9])"
)
_RIM = re.compile("rim|side-?_? ?stick|cross-?_? ?stick|x-?_? ?stick")


def voice_in_name(name: str) -> Voice | None:
    """The voice that a file's or folder's name speaks of; None if it names none, or several.

    Words may be joined or numbered: "BD_03", "ClosedHat-2", "hh open", "808 low tom". A longer phrase goes before the
    words in it: a "bass drum" is a kick and an "open hat" is no closed one.

    >>> voice_in_name("TR OpenHat 02.wav").name
    'open hi-hat'
    """
    plain = _plain(name)
    matches = list(re.finditer("[a-z]+", plain))
    words = [match[0] for match in matches]
    found: dict[Voice, bool] = {}  # and whether a word says so that is no short one with a number, as of a machine
    place = 0
    while place < len(words):
        length, voice = next(
            (
                (length, voice)
                for length in (3, 2, 1)
                if (voice := _voice_of_phrase(" ".join(words[place : place + length]))) is not None
            ),
            (1, None),
        )
        if voice is not None:
            numbered = len(words[place]) <= 2 and re.match("[-_ ]?[0-9]", plain[matches[place].end() :]) is not None
            found[voice] = found.get(voice, False) or not numbered
        place += length
    if len(found) > 1 and any(found.values()):
        found = {voice: sure for voice, sure in found.items() if sure}
    if found.keys() == {_SNARE, _OTHER} and _RIM.search(plain):
        return _OTHER
    if len(found) != 1:
        return None
    [voice] = found
    return _OPEN_HAT if voice == _CLOSED_HAT and _OPEN_WORDS & set(words) else voice


def _plain(name: str) -> str:
    """The name in small letters, composed, with a space where a capital begins a word, without models of machines."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", unicodedata.normalize("NFC", name))
    return re.sub(MODELS, " ", apart.lower())


def _words(name: str) -> list[str]:
    """Its words in lower case; capitals, digits and signs part them."""
    return re.findall("[a-z]+", _plain(name))


def _voice_of_phrase(phrase: str) -> Voice | None:
    """The voice of a word or several, in the singular or the plural; a long one may end another word: "fatsnare"."""
    singular = phrase.removesuffix("s")
    found = _VOICE_OF_PHRASE.get(phrase) or _VOICE_OF_PHRASE.get(singular)
    glued = next((word for word in _GLUED if singular.endswith(word)), None) if " " not in phrase else None
    return found or (_VOICE_OF_PHRASE[glued] if glued else None)


def _phrases(voice: Voice) -> Iterable[str]:
    for phrase in (voice.name, *voice.aliases, *_MORE_WORDS[voice.name].split()):
        yield " ".join(_words(phrase))
        yield "".join(_words(phrase))


_VOICE_OF_PHRASE: dict[str, Voice] = {phrase: voice for voice in VOICES for phrase in _phrases(voice)}
_SNARE, _CLOSED_HAT, _OPEN_HAT, _OTHER = VOICES[1], VOICES[2], VOICES[3], VOICES[7]


def voice_of_path(path: Path, folder: Path) -> Voice | None:
    """The voice of a file in a folder of sounds: the file's name says it, or else the nearest folder's that does."""
    inside = path.relative_to(walking.base_of(folder))
    names = [inside.stem, *(part.name for part in inside.parents if part.name)]
    return next((voice for name in names if (voice := voice_in_name(name)) is not None), None)
