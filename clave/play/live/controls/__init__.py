"""The table of controls: what can be moved from outside, and how. `table` has all of it."""
