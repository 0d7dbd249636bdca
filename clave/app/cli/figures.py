"""`clave figures`: the paper's figures for a training run."""

from clave.app.cli.options import RunFolder
from clave.app.cli.progress import require_packages


def figures(run: RunFolder) -> None:
    """Draw the paper's figures for a training run, as PNG and SVG in RUN/figures."""
    require_packages("matplotlib")
    from clave.evaluation import rhythm_figures, sound_figures

    drawing = sound_figures if sound_figures.is_sound_run(run) else rhythm_figures
    for path in drawing.draw(run):
        print(path)
