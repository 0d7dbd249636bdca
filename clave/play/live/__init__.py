"""Playing with other programs and instruments: MIDI out and in, and its clock in both directions."""
