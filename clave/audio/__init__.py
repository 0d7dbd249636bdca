"""Transforms of sound into bands over time and back, phase, and what one hears."""
