"""Hostile input, by seed: each door of Clave is tried with mutated and generated cases, bounded in time and memory.

`scripts/fuzz` is the command. A door makes a case (bytes) of a seed and opens it; whatever comes out that is no
ClaveError is a finding.
"""
