"""How good a rhythm space is, measured on bars it has not learned from, and through the very files that are played.

`beats` says which bars these are, `measures` how bars are compared, and `peers` are other models, made anew from the
same bars to stand beside the space. `table` measures with all three, and `report` writes it down.
"""
