"""Playing live: the table of controls, the engine that plays without a page, and OSC, which moves either.

`controls` says what can be moved from outside, by which address and within which range. A `Desk` holds the project and
moves it; behind it stands whoever plays: the `Engine` here, or a page, reached by the server.
"""
