"""Audio files, both directions: clips from WAV, FLAC, AIFF, OGG and MP3, clips to WAV and FLAC, kits from folders.

`reading` and `writing` are the pair for one file, `one_shots` prepares a sound as a drum of a kit, `voice_names` finds
the voice that the name of a file or folder states, and `folders` finds sound files and reads a folder as a kit.
"""

from clave.errors import AudioFileError
from clave.files.audio_file.folders import MANIFEST, KitReading, SoundFiles, read_kit, sound_files
from clave.files.audio_file.one_shots import (
    END_FADE_SECONDS,
    ONE_SHOT_SECONDS,
    ONSET_FLOOR,
    RISE_SAMPLES,
    one_shot,
    resampled,
)
from clave.files.audio_file.reading import (
    CUT_SHORT,
    MAX_BYTES,
    MAX_SECONDS,
    OTHER_SUFFIXES,
    SUFFIXES,
    from_bytes,
    from_bytes_and_remark,
    read,
    read_and_remark,
)
from clave.files.audio_file.voice_names import voice_in_name, voice_of_path
from clave.files.audio_file.writing import Format, to_bytes, write, write_stereo
from clave.music.arguments import guard

__all__ = [
    "CUT_SHORT",
    "END_FADE_SECONDS",
    "MANIFEST",
    "MAX_BYTES",
    "MAX_SECONDS",
    "ONE_SHOT_SECONDS",
    "ONSET_FLOOR",
    "OTHER_SUFFIXES",
    "RISE_SAMPLES",
    "SUFFIXES",
    "Format",
    "KitReading",
    "SoundFiles",
    "from_bytes",
    "from_bytes_and_remark",
    "one_shot",
    "read",
    "read_and_remark",
    "read_kit",
    "resampled",
    "sound_files",
    "to_bytes",
    "voice_in_name",
    "voice_of_path",
    "write",
    "write_stereo",
]

guard(globals(), AudioFileError)
