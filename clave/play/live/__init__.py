"""Playing live: controls, the engine that plays without a page, OSC, and MIDI with its clock in both directions.

`controls` says what can be moved from outside, by which address and within which range. A `Desk` holds the project and
moves it; behind it stands whoever plays: the `Engine` here, or a page, reached by the server.
"""
