"""The whole instrument as static files, for any web host: what `clave export page` writes."""

from clave.app.static_page.writing import PageOptions, write_page

__all__ = ["PageOptions", "write_page"]
