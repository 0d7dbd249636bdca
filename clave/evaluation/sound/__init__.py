"""How good a sound space is, measured on kits it has not learned from, and through the very files that are played.

`sound.comparison` compares a sound with another, `sets` many sounds with many; `unseen` finds the kits that a space
does not know, and `judge` learns from half of them what a drum is. `table` measures with all four, and `report` writes
it down.
"""
