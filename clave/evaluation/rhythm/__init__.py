"""How good a rhythm space is, measured on held-out bars and through the ONNX files that are played.

`beats` selects the bars, `metrics` has the formulas, and `baselines` are other models, trained on the same bars.
`reconstruction`, `style`, `samples` and `paths` each measure one side of a space; `evaluate` runs all of them, and
`report` writes the result as Markdown, JSON and figures.
"""
