"""Which styles are heard at their homes: `python benchmarks/style_homes.py [SPACE] [--write]`.

A row a style: the home, whether the bar that plays there keeps the style's signature, the share of bars that do in
phrases of 8 bars under four seeds (the last of which no home is chosen by), and the share of the bars of templates that
do: of its own, and the mean of all others. With --write, the homes are found anew first, and written into the space.
"""

import argparse
import json
import time
from pathlib import Path

from clave.rhythm import grooves
from clave.rhythm.homes import Home, find_homes, homes_of, write_homes
from clave.rhythm.signature import Signature
from clave.rhythm.signatures import SIGNATURES
from clave.rhythm.space import SHIPPED_RHYTHM, RhythmSpace, load_rhythm

SEEDS = range(4)
TEMPLATE_BARS = 100


def at_home(space: RhythmSpace, home: Home, signature: Signature) -> tuple[bool, list[float]]:
    """Whether the bar at a home keeps the signature, and the share of bars that do in phrases."""
    (bar,) = space.at([home.point], style=home.style, meter=home.meter)
    phrases = [
        space.phrase(home.point, 8, home.style, fill=False, seed=seed, meter=home.meter)
        for seed in SEEDS
        if space.detail_size
    ]
    return signature.heard_in(bar), [signature.share(phrase) for phrase in phrases]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("space", nargs="?", type=Path, default=SHIPPED_RHYTHM)
    options.add_argument("--write", action="store_true", help="find the homes anew and write them into the space")
    chosen = options.parse_args()
    if chosen.write:
        started = time.perf_counter()
        write_homes(chosen.space, tuple(find_homes(load_rhythm(chosen.space))))
        print(f"homes found in {time.perf_counter() - started:.0f} s")
    space = load_rhythm(chosen.space)
    homes = homes_of(space)
    bars = {style: grooves.bars(style, TEMPLATE_BARS, seed=1) for style in grooves.STYLES}
    single, phrases = 0, 0
    for home in homes:
        signature = SIGNATURES.get(home.style)
        if signature is None:
            continue
        heard, shares = at_home(space, home, signature)
        single, phrases = single + heard, phrases + (bool(shares) and shares[0] >= 0.75)
        templates = {style: signature.share(each) for style, each in bars.items()}
        own = templates.pop(home.style, None)
        others = sum(templates.values()) / len(templates)
        print(json.dumps({
            "style": home.style, "point": home.point, "bar": heard, "phrases": shares, "own": own,
            "others": round(others, 3),
        }))  # fmt: skip
    print(f"of {len(homes)}: {single} in the bar that plays, {phrases} in a phrase of 8 bars with seed 0")


if __name__ == "__main__":
    main()
