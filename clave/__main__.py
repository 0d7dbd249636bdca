"""`python -m clave` is `clave`: the command line, started quickly."""

import gc
import os

YOUNG_OBJECTS = 20_000  # made before Python looks for unreachable ones; by default 700, in some versions 2,000


def main() -> None:
    """Run a command.

    Nearly all that a start makes is modules, which stay: looking for unreachable objects among them costs as much as
    decoding the bars of a groove, during the start and once more at the end.
    """
    gc.set_threshold(YOUNG_OBJECTS)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look for them in every installed package
    from clave.app import cli  # after that, because its imports are what the start consists of

    try:
        cli.main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
