"""`python -m clave` is `clave`."""

from clave.cli import main

main()
