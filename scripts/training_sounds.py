"""Which recordings the shipped weights may learn from, whose they are, and under what licence.

    .venv/bin/python scripts/training_sounds.py ONESHOTS -o tier-a.csv
    .venv/bin/clave learn sound ONESHOTS --list tier-a.csv --factory 240 -o my-sound

ONESHOTS is a folder with manifest.csv and, for each source, the texts that came with it in `_licence`. The list that
comes out has a row a file: path, voice, kit, licence, credit. Names of makers stand below, each beside the words of the
licence text that say so: where those words are gone, nothing is written.
"""

import argparse
import csv
import re
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

COLUMNS = ("path", "voice", "kit", "licence", "credit")


class Source(NamedTuple):
    """Whom to thank for the sounds of a source, or of one kit in it."""

    credit: str
    licence: str  # short name; the link is in the card
    text: str  # file in `_licence`
    says: tuple[str, ...]  # words in it on which the credit rests


FREESOUND = "https://freesound.org"
SOURCES = {
    "billiedrum": Source(
        "EwonRael, BillieDrum, https://github.com/EwonRael/BillieDrum",
        "CC0-1.0", "README.md", ("github.com/EwonRael/BillieDrum",),
    ),
    "drum_sklad/Copyc4t_El_Nacho_Drumkit": Source(
        f"Paolo D'Emilio (copyc4t), El Nacho Drumkit, {FREESOUND}/people/copyc4t/packs/22277/",
        "CC-BY-4.0", "Copyc4t El Nacho Drumkit__info.txt", ("Paolo D'Emilio", "packs/22277", "licenses/by/4.0"),
    ),
    "drum_sklad/Jazzkit": Source(
        f"bigjoedrummer, Gretsch drums, {FREESOUND}/people/bigjoedrummer/packs/4724/; "
        "by way of Peter Semiletov, drum_sklad",
        "CC0-1.0", "Jazzkit__bass__freesound_readme.txt", ("bigjoedrummer/packs/4724", "publicdomain/zero/1.0"),
    ),
    "drum_sklad/Jazzkit/cymbals": Source(
        f"shpira, Jazz Gretsch Big Cymbals, {FREESOUND}/people/shpira/packs/17760/; "
        "by way of Peter Semiletov, drum_sklad",
        "CC0-1.0", "Jazzkit__cymbals__freesound_readme.txt", ("shpira/packs/17760", "publicdomain/zero/1.0"),
    ),
    "drum_sklad/Tamil": Source(
        f"mathan24, {FREESOUND}/people/mathan24/; by way of Peter Semiletov, drum_sklad",
        "public domain", "Tamil__info.txt", ("Public domain", "mathan24"),
    ),
    "drum_sklad/Wooden": Source(
        "Peter Semiletov, drum_sklad, from public domain samples of freesound.org, "
        "https://github.com/psemiletov/drum_sklad",
        "public domain", "Wooden__info.txt", ("Peter Semiletov", "public domain"),
    ),
    "fluidr3": Source(
        "Copyright 2000-2002, 2008 Frank Wen, Fluid (R3) GM, with Suren M. Seron, Scott Hanan, Steve Aupperle, "
        "Chris Gillman, Alex Taubr, Chris Prola, Andrew Klenk, Winfried Hubbe, Dylan, Tim, Gort, Uros Katic, "
        "Ethan Winer; inclusion in Debian copyright 2008 Toby Smithe",
        "MIT", "copyright", ("2000-2002, 2008 Frank Wen", "Suren M. Seron", "Ethan Winer", "MIT license"),
    ),
    "frankensnare": Source(
        "Karoryfer Samples, Frankensnare, https://github.com/sfzinstruments/karoryfer.frankensnare",
        "CC0-1.0", "license", ("CC0 1.0 Universal",),
    ),
    "freepats-synth-perc": Source(
        "Roberto (zenvoid.org), FreePats synthesizer percussion, https://freepats.zenvoid.org/",
        "CC0-1.0", "README.md", ("Roberto", "publicdomain/zero/1.0"),
    ),
    "freepats-world-perc": Source(
        "Xavimart (Javier), Gonzalo, Roberto (zenvoid.org) and Versilian Studios, FreePats world percussion, "
        "https://freepats.zenvoid.org/",
        "CC0-1.0", "README.txt", ("Xavimart", "Gonzalo", "Versilian"),
    ),
    "hydrogen-drumkits/Audiophob": Source(
        "audiophobdubstep, Audiophob, https://soundcloud.com/audiophobdubstep",
        "CC0-1.0", "copyright", ("soundcloud.com/audiophobdubstep", "Creative Commons 0"),
    ),
    "hydrogen-drumkits/rumpf_kit_z01_h2": Source(
        "Emanuel Rumpf, rumpf-kit z01, https://sf.net/projects/rumpf-kit/",
        "CC-BY-3.0", "copyright", ("Emanuel Rumpf", "licenses/by/3.0"),
    ),
    "mot4i-garden": Source(
        "mot4i, Garden, https://github.com/mot4i/garden",
        "free to use, share and adapt with credit", "README.md", ("free to use, share, and adapt", "mot4i"),
    ),
    "musescore-mdl": Source(
        "S. Christian Collins and Amir Oosman, MuseScore Drumline (CC0), in MuseScore_General HQ, copyright 2018-2021 "
        "S. Christian Collins, with parts copyright 2016 Michael Schorsch, 2014-2017 Michael Cowgill, 2000-2002, 2008 "
        "Frank Wen; open crash by Sam Gossner (VCSL, CC0)",
        "CC0-1.0 and MIT", "copyright", ("Amir Oosman", "Michael Schorsch", "Sam Gossner", "Michael Cowgill"),
    ),
    "oramics-sampled/pearl-master-studio": Source(
        "enoe, Pearl Master Studio Pack 1, https://oramics.github.io/sampled/DRUMS/pearl-master-studio/",
        "CC-BY-3.0", "DRUMS__pearl-master-studio__README.md", ("by enoe", "Attribution 3.0"),
    ),
    "sonic-pi": Source(
        "the Sonic Pi samples, https://github.com/sonic-pi-net/sonic-pi",
        "CC0-1.0", "etc__samples__README.md", ("publicdomain/zero/1.0",),
    ),
    "uzu-drumkit": Source(
        "Mot4i, Switch Angel and Ludens, uzu-drumkit, https://github.com/tidalcycles/uzu-drumkit",
        "Unlicense", "README.md", ("Mot4i", "Switch Angel", "Ludens"),
    ),
}  # fmt: skip

# The manifest takes voices from names; these are called "bass22", and their kit's list says 22 inch bass drum.
CORRECTED = {f"drum_sklad/Jazzkit/other/bass22-0{number}.flac": "kick" for number in (1, 2)}


def source_of(row: dict[str, str]) -> Source:
    """The most exact entry for this row: of the folder it came from, its kit, or its whole source."""
    place = f"{row['source']}/{row['kit']}"
    for key in (f"{place}/{Path(row['original']).parent.name}", place, row["source"]):
        if key in SOURCES:
            return SOURCES[key]
    sys.exit(f"{row['path']}: nobody is named for {place}; add it to SOURCES")


def sonic_pi_makers(text: str) -> dict[str, str]:
    """Who made each sample of Sonic Pi: its README links every one to a person's page."""
    links = re.findall(r"`:(\w+)`\s*-\s*https?://(?:www\.)?freesound\.org/people/([^/]+)/sounds/(\d+)/", text, re.I)
    return {
        name.replace("_", ""): f"{unquote(person)}, {FREESOUND}/s/{number}/; by way of Sonic Pi"
        for name, person, number in links
    }


def main() -> None:
    """Write the list, or say which credit the texts do not bear out."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("-o", "--out", type=Path, required=True)
    given = ask.parse_args()

    def licence_text(source: str, file: str) -> str:
        return (given.folder / source / "_licence" / file).read_text("utf-8", "replace")

    for key, source in SOURCES.items():
        text = licence_text(key.split("/")[0], source.text)
        for words in source.says:
            if words not in text:
                sys.exit(f"{key}: {source.text} does not say {words!r}")
    makers = sonic_pi_makers(licence_text("sonic-pi", SOURCES["sonic-pi"].text))

    rows: list[dict[str, str]] = []
    with (given.folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["tier"] != "A":
                continue
            source = source_of(row)
            name = Path(row["original"]).stem.replace("_", "")
            credit = makers[name] if row["source"] == "sonic-pi" else source.credit
            voice = CORRECTED.get(row["path"], row["voice"])
            kit = f"{row['source']}/{row['kit']}"
            rows.append(dict(zip(COLUMNS, (row["path"], voice, kit, source.licence, credit), strict=True)))
    with given.out.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    print(f"{given.out}: {len(rows)} sounds of {len({row['kit'] for row in rows})} kits")


if __name__ == "__main__":
    main()
