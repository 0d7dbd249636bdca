"""How good a sound space is, measured on kits that it has not been trained on.

`data` finds those kits and divides them, `metrics` compares sets of sounds, and `classifier` judges sounds without the
space. `reconstruction`, `samples` and `paths` each measure one side of a space; `evaluate` runs all of them, and
`report` writes the result as Markdown, JSON and figures.
"""
