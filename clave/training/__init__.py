"""Learning: models, recipes, the loop, and whole runs. Torch is imported here and in `evaluation` alone."""
