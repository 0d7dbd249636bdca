"""Time-frequency transforms and their inverses, phase estimates, log spectrograms, and descriptors of sounds."""
