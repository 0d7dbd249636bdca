"""WAV files whose chunks lie otherwise than a strict reader wants them, laid out anew.

Programs that never came back to write the size leave 0 in the data chunk; others leave out the pad byte after a chunk
of odd length, write the format after the samples, or call a file of 64-bit sizes BW64.
"""

import io
import struct

_HEAD = 12
_NO_SIZE = (0, 0xFFFFFFFF)
_WITH_64_BIT_SIZES = (b"RF64", b"BW64")


def as_its_chunks_lie(file: io.BufferedIOBase) -> io.BufferedIOBase:
    """The file itself, or, for such a WAV file, one with the same format and samples. It stands at its beginning."""
    head = file.read(_HEAD)
    file.seek(0)
    if head[:4] not in (b"RIFF", *_WITH_64_BIT_SIZES) or head[8:12] != b"WAVE":
        return file
    data = file.read()
    file.seek(0)
    mended = _laid_out_anew(data)
    return file if mended is None else io.BytesIO(mended)


def _laid_out_anew(data: bytes) -> bytes | None:
    """None: the chunks lie as they should, or there is no telling where they lie."""
    at, unusual, form, samples, samples_size = _HEAD, data.startswith(b"BW64"), b"", None, None
    while at + 8 <= len(data) and not (form and samples is not None):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        start = at + 8
        if kind == b"ds64":
            samples_size = int.from_bytes(data[start + 8 : start + 16], "little")
        elif kind == b"data":
            size = samples_size if samples_size and size == 0xFFFFFFFF else size
            has_no_size = size in _NO_SIZE and start < len(data) and not _is_chunk(data, start)
            if form and not (unusual or has_no_size):
                return None
            samples = data[start:] if has_no_size else data[start : start + size]
        elif kind == b"fmt ":
            form = data[start : start + size]
        at = start + size
        if size % 2 and _is_chunk(data, at) and not _is_chunk(data, at + 1):
            unusual = True
        else:
            at += size % 2
    if not form or samples is None:
        return None
    return _wav(form, samples[: len(samples) - len(samples) % _frame_bytes(form)])


def _is_chunk(data: bytes, at: int) -> bool:
    """Whether a chunk may begin here: four letters, and a size that the file holds."""
    if at + 8 > len(data):
        return False
    kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
    fits = at + 8 + size <= len(data) or (kind == b"data" and size in _NO_SIZE)
    return fits and all(letter == 32 or 48 <= letter <= 57 or 65 <= letter <= 122 for letter in kind)


def _frame_bytes(form: bytes) -> int:
    return max(1, int.from_bytes(form[12:14], "little"))


def _wav(form: bytes, samples: bytes) -> bytes:
    chunks = b"".join(
        kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for kind, content in ((b"fmt ", form), (b"data", samples))
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
