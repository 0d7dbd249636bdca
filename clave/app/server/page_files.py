"""The page as it was built: where its files lie, and what is shown if they are missing."""

from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
UNBUILT = """<!doctype html><html lang="en"><title>Clave: the page is not built</title>
<h1>The page is not built yet</h1><p>In a source checkout run <code>scripts/play</code>, which builds it and starts
again (it needs Node 20 or newer). An installed wheel carries the page.</p></html>"""


def page_is_built(static: Path = STATIC) -> bool:
    """Whether there is a page to serve."""
    return (static / "index.html").is_file()
