"""`python -m clave` is `clave`."""

from clave.app.cli import main

main()
