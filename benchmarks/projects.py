"""Save, load and arrange random projects, and offer broken ones: how many come back equal, how many are refused.

    python benchmarks/projects.py [--projects 1000] [--broken 2000]

The tests try some of the same (tests/play/project/test_saving.py). Exits with 1 if one project comes back otherwise,
plays otherwise, or if a broken one is taken or refused with another error than Clave's.
"""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

import clave
from clave.errors import ProjectError
from clave.play.arrange import arrange, requests
from clave.play.project import to_json
from clave.play.project.saving import from_document

TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS), str(TESTS / "play" / "project")]
BARS = 3  # of each project that are arranged


def main() -> None:
    """Count, print, and say by the exit status whether all is as it must be."""
    from random_projects import random_project

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--broken", type=int, default=2000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        equal = sum(comes_back(seed, Path(folder, "project.json")) for seed in range(given.projects))
    documents = [json.loads(to_json(random_project(seed))) for seed in range(50)]
    rng = random.Random(1)
    refused = sum(is_refused(documents[number % 50], rng) for number in range(given.broken))
    print(f"saved, loaded and arranged, equal: {equal} of {given.projects}")
    print(f"broken, refused as a ProjectError: {refused} of {given.broken}")
    sys.exit(0 if (equal, refused) == (given.projects, given.broken) else 1)


def comes_back(seed: int, path: Path) -> bool:
    """Whether the random project of this seed is equal after it was saved and loaded, and plays the same strokes."""
    from random_projects import made_up, random_project

    project = random_project(seed)
    clave.project.save(project, path)
    again = clave.project.load(path)
    played, played_again = (arrange(each, made_up(requests(each, BARS)), BARS).events() for each in (project, again))
    return again == project and played_again == played


def is_refused(document: dict[str, object], rng: random.Random) -> bool:
    """Whether the document, broken in one place, is refused with our error."""
    from test_saving import broken

    try:
        from_document(broken(document, rng))
    except ProjectError:
        return True
    return False


if __name__ == "__main__":
    main()
