"""NumPy's FFT, quick in single precision too; NSGT and STFT fold the missing factor into their windows.

    spectrum / length = rfft(samples) = fft(samples)        samples = irfft(spectrum) = ifft(spectrum)

NumPy multiplies what comes out by a factor, and computes in the precision of samples and factor together. A factor of 1
is a Python int to it, which stands for double precision: float32 then takes three to seven times as long. So both
directions are taken with the factor 1 / length, which is of the precision of the samples.
"""

import numpy as np

from clave.music.shapes import Complex, Float


def rfft(x: Float[np.ndarray, "*batch sample"], length: int | None = None) -> Complex[np.ndarray, "*batch bin"]:
    """The half spectrum, divided by the length; of another length, samples are cut off or zeros appended."""
    return np.fft.rfft(x, length, norm="forward")


def irfft(spectrum: Complex[np.ndarray, "*batch bin"], length: int) -> Float[np.ndarray, "*batch sample"]:
    """So many samples of a half spectrum that is not divided by the length."""
    return np.fft.irfft(spectrum, length)


def fft(
    x: Complex[np.ndarray, "*batch sample"], *, out: Complex[np.ndarray, "*batch sample"]
) -> Complex[np.ndarray, "*batch bin"]:
    """The spectrum, divided by the length."""
    return np.fft.fft(x, norm="forward", out=out)


def ifft(
    spectrum: Complex[np.ndarray, "*batch bin"], *, out: Complex[np.ndarray, "*batch bin"]
) -> Complex[np.ndarray, "*batch sample"]:
    """The samples of a spectrum that is not divided by the length; `out` may be the spectrum."""
    return np.fft.ifft(spectrum, out=out)
