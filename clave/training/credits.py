"""Whose sounds a model was trained on, and under which licences: the part of its card that credits them."""

from collections.abc import Sequence

from clave.sound.corpus_map import CREDITS_FILE
from clave.sound.dataset import Credit, by_kit

LICENCE_LINKS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "MIT": "https://opensource.org/license/mit",
    "CC0-1.0 and MIT": "https://creativecommons.org/publicdomain/zero/1.0/, https://opensource.org/license/mit",
    "Unlicense": "https://unlicense.org/",
}


def credits_text(credited: Sequence[Credit]) -> str:
    """A table of kits with licence and credit, as Markdown; single sounds are in the CSV beside the card."""
    licences = sorted({each.licence for each in credited} & LICENCE_LINKS.keys())
    return "\n".join(
        [
            "",
            "## Sounds it was trained on",
            "",
            f"Each of them, with its licence, credit and SHA-256, is in [{CREDITS_FILE}]({CREDITS_FILE}). They were",
            "made mono, resampled to 44.1 kHz, cut to 1.5 s from their onset and turned into log spectrograms; none is",
            "in here.",
            "",
            "| kit | licence | credit | sounds |",
            "|---|---|---|---|",
            *(
                f"| {kit} | {licence or 'not stated'} | {credit or 'not stated'} | {count} |"
                for kit, licence, credit, count in by_kit(credited)
            ),
            "",
            *(f"* {name}: {LICENCE_LINKS[name]}" for name in licences),
            *([""] if licences else []),
        ]
    )
