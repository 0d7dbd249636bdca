"""A map as a small SVG drawing, for notebooks: points in the colour of their group, and the groups beside them."""

import colorsys
from collections.abc import Mapping
from html import escape

import numpy as np

from clave.music.shapes import Float32

SIZE, LEGEND, LINE = 360, 150, 13  # px: the map, the column of names beside it, and a line of these
SPAN = 3.0  # map units: from -3 to 3, as on the page
MOST_POINTS = 2_000  # so that a notebook stays small; spread evenly over all
GOLDEN = 0.618_034  # of the hue circle from one group to the next, so that neighbours in the list differ


def colours(count: int) -> list[str]:
    """So many colours that differ: hues around the circle, in three lightnesses."""
    hues = [(each * GOLDEN % 1, (0.38, 0.5, 0.62)[each % 3]) for each in range(count)]
    mixed = [colorsys.hls_to_rgb(hue, light, 0.75) for hue, light in hues]
    return ["#" + "".join(f"{round(255 * part):02x}" for part in rgb) for rgb in mixed]


def map_svg(title: str, groups: Mapping[str, Float32[np.ndarray, "point 2"]]) -> str:
    """The points of each group on one map, with the title above and a legend beside; at most 2,000 points are drawn.

    Points outside [-3, 3] are not drawn, and counted in the title.
    """
    total = sum(map(len, groups.values()))
    every = max(1, -(-total // MOST_POINTS))
    outside = sum(int((np.abs(points) > SPAN).any(axis=1).sum()) for points in groups.values())
    note = f"{total:,} points" + (f", each {every}. drawn" if every > 1 else "")
    note += f", {outside} outside" if outside else ""
    rows = -(-SIZE // LINE)
    width = SIZE + 20 + LEGEND * max(1, -(-len(groups) // rows))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {SIZE + 44}" width="{width}" '
        f'height="{SIZE + 44}" role="img" font-family="system-ui, sans-serif" font-size="11">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{SIZE + 44}" fill="#fff"/>',
        f'<text x="8" y="15" font-weight="600">{escape(title)}: {note}</text>',
        f'<rect x="8" y="22" width="{SIZE}" height="{SIZE}" fill="none" stroke="#888"/>',
        f'<text x="8" y="{SIZE + 36}">-3</text><text x="{SIZE}" y="{SIZE + 36}">3</text>',
    ]
    for index, ((name, points), colour) in enumerate(zip(groups.items(), colours(len(groups)), strict=True)):
        inside = points[(np.abs(points) <= SPAN).all(axis=1)][::every]
        x = np.rint(8 + (inside[:, 0] + SPAN) / (2 * SPAN) * SIZE).astype(int)
        y = np.rint(22 + (SPAN - inside[:, 1]) / (2 * SPAN) * SIZE).astype(int)
        dots = "".join(f"M{left} {top}h0" for left, top in zip(x, y, strict=True))
        parts.append(f'<path d="{dots}" stroke="{colour}" stroke-width="3" stroke-linecap="round"/>')
        left, top = SIZE + 20 + LEGEND * (index // rows), 30 + LINE * (index % rows)
        parts.append(
            f'<circle cx="{left}" cy="{top - 4}" r="4" fill="{colour}"/>'
            f'<text x="{left + 8}" y="{top}">{escape(name) or "no label"}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])
