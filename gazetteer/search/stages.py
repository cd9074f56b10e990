"""What the names on the way down a plain address have led to, remembered for all that begin alike.

A tree of stages, one for each name that followed another: whoever reads the next address with the
same beginning (:mod:`gazetteer.search.descent`) need not look at it again.
"""

from collections.abc import Sequence, Set
from typing import Any

from msgspec import field

from gazetteer.search.marks import Hit
from gazetteer.search.readings import Reading
from gazetteer.search.values import Kept
from gazetteer.search.view import Spot, View

_KNOWN = "the stages of descents"
_MOST_STAGES = 50_000


class Stage(Kept):
    """What the names on the way down have led to; the same for every text that begins with them.

    ``reading`` is by the names so far, down to ``node``; the last of them ends at ``done``.
    ``missing`` are the units of its chain that were not named. ``others`` are the other
    names in the last step, or that reach into it; ``insides`` the ends of those that begin within
    a step. ``harmless``: none of them may as well be meant. ``doubtful``: so may one that reaches
    behind the last step, unless another step begins there. ``before`` are the characters before
    which this step might not be taken; ``passing``: it depends on more than these, so that it is
    not remembered; ``leans``: it is right only if another step follows. ``after`` are the stages
    that follow by the next name, by its key alone where it begins at ``done``. ``told`` is for
    whoever tells the reading.
    """

    reading: Reading
    node: int
    done: int
    missing: tuple[Spot, ...] = ()
    others: Sequence[Hit] = ()
    insides: tuple[int, ...] = ()
    harmless: bool = True
    doubtful: bool = False
    before: Set[str] = frozenset()
    passing: bool = False
    leans: bool = False
    after: "dict[int | Hit, Stage]" = field(default_factory=dict)
    told: Any = None


class KnownStages:
    """The stages that were met, from the beginning of a text on; in bounded memory.

    Those of units with nothing under them are many and seldom met again: they are forgotten
    first, so that the ways to them stay.
    """

    def __init__(self) -> None:
        self.root = Stage(Reading((), (), (), (), 0, False, 0), -1, 0)
        self.inner = 0
        self.above_leaves: list[Stage] = []

    def keep(self, view: View, stage: Stage, by: int | Hit, following: Stage) -> None:
        """Remember the stage to which the next name leads."""
        stage.after[by] = following
        if _is_leaf(view, following):
            self.above_leaves.append(stage)
            if len(self.above_leaves) > _MOST_STAGES:
                self._forget_leaves(view)
        else:
            self.inner += 1

    def _forget_leaves(self, view: View) -> None:
        above, self.above_leaves = self.above_leaves, []
        for stage in above:
            stage.after = {
                by: following
                for by, following in stage.after.items()
                if not _is_leaf(view, following)
            }


def _is_leaf(view: View, stage: Stage) -> bool:
    return stage.node >= 0 and not view.standing.has_more_under[stage.node]


def known_stages(view: View) -> KnownStages:
    """The stages that were met on the day of the view."""
    known: KnownStages | None = view.settled.get(_KNOWN)
    if known is None or known.inner > _MOST_STAGES:
        known = KnownStages()
        view.settle(_KNOWN, known)
    return known
