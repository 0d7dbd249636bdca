"""Arrays with their shapes, as signatures name them: `Float32[np.ndarray, "voice step"]`.

They are jaxtyping's where something reads them: a type checker, or a test run, whose import hook holds every array
against its shape. Elsewhere nothing does, and each is plainly the array type it stands for: `import jaxtyping` and the
types it would make take a tenth of the time in which `clave groove` has written its files.
"""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or "jaxtyping" in sys.modules:  # the import hook imports it before anything of Clave is imported
    from jaxtyping import (
        Bool,
        Complex,
        Complex128,
        Float,
        Float16,
        Float32,
        Float64,
        Int,
        Int8,
        Int16,
        Int64,
        Shaped,
        UInt8,
        UInt64,
    )
else:

    class _Unchecked:
        """Any shape, and any type of number."""

        def __class_getitem__(cls, array_and_shape: tuple[Any, str]) -> Any:
            return array_and_shape[0]

    Bool = Complex = Complex128 = Float = Float16 = Float32 = Float64 = Int = Int8 = Int16 = Int64 = Shaped = UInt8 = (
        UInt64
    ) = _Unchecked

__all__ = [
    "Bool",
    "Complex",
    "Complex128",
    "Float",
    "Float16",
    "Float32",
    "Float64",
    "Int",
    "Int8",
    "Int16",
    "Int64",
    "Shaped",
    "UInt8",
    "UInt64",
]
