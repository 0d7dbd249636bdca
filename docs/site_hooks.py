"""What the site has beside the pages of docs: sounds, cards, benchmarks, the notebook. Called by mkdocs (mkdocs.yml).

Nothing of it is kept in the repository; each is made of what is: pages' own code, the shipped spaces, docstrings.
"""

import contextlib
import io
import posixpath
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import soundfile
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS), str(ROOT)]

import page_code  # noqa: E402
import site_pages  # noqa: E402

NOT_HERE = ("README.md", "clave/rhythm/grooves/templates")  # of the repository
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_startup(**_: Any) -> None:
    """Open each shipped space once for all pages."""
    import clave

    clave.load_rhythm, clave.load_sound = cache(clave.load_rhythm), cache(clave.load_sound)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made here, before mkdocs looks for the pages of its menu."""
    for path, content in site_pages.pages().items():
        files.append(File.generated(config, path, content=content))
    for file in [each for each in files.documentation_pages() if each.generated_by is None]:
        for name, sound in sounds_of(file.content_string, file.src_uri).items():
            place = posixpath.join(posixpath.dirname(file.src_uri), f"sounds/{name}.mp3")
            if files.get_file_from_path(place) is not None:
                raise PluginError(
                    f"{file.src_uri}: another page of its folder plays sounds/{name}.mp3; rename this one"
                )
            files.append(File.generated(config, place, content=sound))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Lead links to files of the repository to their pages here."""
    here = page.file.src_uri
    return relinked(markdown, here, site_pages.SOURCES.get(here, f"docs/{here}"))


def relinked(markdown: str, here: str, source: str) -> str:
    """A page with its links as seen from its place in the site; `source` is the file of the repository that it is from.

    A link that begins with a slash is seen from the top of the repository. One to a file that the site does not have is
    refused, except those in NOT_HERE, which stay as words.
    """

    def led(found: re.Match[str]) -> str:
        words, target, anchor = found[1], found[2], found[3] or ""
        there = posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target)).removeprefix("/")
        if there in NOT_HERE:
            return words
        place = site_pages.PLACES.get(there, there.removeprefix("docs/"))
        if place == there and not there.startswith("docs/"):
            raise PluginError(f"{here} links to {there}, which is no page of the site: name it in docs/site_pages.py")
        return f"[{words}]({posixpath.relpath(place, posixpath.dirname(here) or '.')}{anchor})"

    parts = re.split(r"(^```.*?^```)", markdown, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if part.startswith("```") else LINK.sub(led, part) for part in parts)


def sounds_of(page: str, name: str) -> dict[str, bytes]:
    """The sounds that a page plays, as MP3; its own code makes them."""
    wanted = page_code.sounds(page)
    if not wanted:
        return {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # where pages write their files
        *_, (_, _, names) = page_code.run_python(page, name)
    return {each: mp3(names[each]) for each in wanted}


def mp3(clip: Any) -> bytes:
    """A clip as a file that every browser plays."""
    written = io.BytesIO()
    soundfile.write(written, clip.samples, clip.sample_rate, format="MP3")
    return written.getvalue()
