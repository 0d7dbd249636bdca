"""Bodies that are files: refused as soon as they are too large."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.exceptions import HTTPException


def limited_body(max_bytes: int, what: str) -> Callable[[Request], Awaitable[bytes]]:
    """A dependency that reads the body; what is larger is refused while it comes in."""

    async def read(request: Request) -> bytes:
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > max_bytes:
                raise HTTPException(413, f"{what} is at most {max_bytes / 1e6:.0f} MB")
        return bytes(content)

    return read
