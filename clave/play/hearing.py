"""Which bar a bar of a project hears when it varies, so that the bars of a loop, a path and a song agree.

1. A bar hears the first bar of its loop or path. That one hears nothing, and so does a bar that is the same.
2. A fill hears the first bar too; no bar hears a fill.
3. The first bar of a part of a song hears the last bar of the part before, if that plays another scene.

What is heard is the bar as the loop or path has it: without what was written by hand, without shift, fills, modulation
and automation, and as it is when it hears nothing itself. So a bar is the same wherever playing began, and takes two
draws at most.
"""

from clave.play.project.bars import Bar, Edited, Generated, Given
from clave.play.project.document import Scene
from clave.play.travel import Course, bar_of_round, share_at


def plain_bar(scene: Scene, course: Course, bar: int) -> Generated | Given:
    """This bar of the scene's loop or path, as others hear it."""
    if scene.path is not None and scene.path.travelling:
        own = course.bar(share_at(scene.path, bar), scene.settings)
    else:
        own = scene.bars[bar % len(scene.bars)]
    own = own.base if isinstance(own, Edited) else own
    return own.as_heard() if isinstance(own, Generated) else own


def heard_in(scene: Scene, course: Course, bar: int, fill: bool) -> Generated | Given | None:
    """What this bar of the scene, or the fill in its place, hears; None: nothing."""
    path = scene.path if scene.path is not None and scene.path.travelling else None
    place = bar % len(scene.bars) if path is None else bar_of_round(path, bar)
    return plain_bar(scene, course, 0) if place > 0 or fill else None


def hearing(bar: Bar, before: Generated | Given | None) -> Bar:
    """The bar when it hears that one: only generated bars that vary, and are none of a phrase, hear another."""
    if isinstance(bar, Edited):
        base = hearing(bar.base, before)
        return bar if base is bar.base else bar.changed(base=base)
    if before is None or not isinstance(bar, Generated) or bar.settings.variation == 0 or bar.meter != before.meter:
        return bar
    is_free = bar.phrase is None and bar.leg is None and bar.hears is None
    return bar.changed(hears=before) if is_free and bar.as_heard() != before else bar
