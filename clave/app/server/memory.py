"""How the C library keeps freed memory, for a server that runs for hours and mostly waits."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # from malloc.h
BLOCK_BYTES = 256 * 1024  # larger blocks go back to the system as soon as they are free
ARENAS = 2  # heaps that threads share; by default each of them may keep one of its own


def return_freed_memory() -> None:
    """Give the memory of spectra and batches back when they are done with; does nothing but with glibc.

    By itself glibc keeps blocks of up to 32 MB for later, in a heap for each thread.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another C library
        return
    for setting, value in ((M_MMAP_THRESHOLD, BLOCK_BYTES), (M_TRIM_THRESHOLD, BLOCK_BYTES), (M_ARENA_MAX, ARENAS)):
        mallopt(setting, value)
