"""What a name may mean: a claim on a node, and the claims of a piece of text sorted out."""

from collections.abc import Mapping
from enum import StrEnum

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.forms import Form
from gazetteer.search.values import Kept, Value

_COUNTY, LOWEST_UNIT = LEVELS.index(Level.COUNTY), LEVELS.index(Level.VILLAGE)
_WHOLE = (Form.STANDARD, Form.FORMER, Form.BARE)


class Via(StrEnum):
    """How a name leads to a unit that is in force on the day."""

    NAME = "name"  # the name is in force
    FORMER = "former_name"  # the unit had the name once
    SUCCESSOR = "successor"  # a unit that has ended had it; this one came after
    SHARED = "part_of_successor"  # this one too, and others hold a part
    GAVE = "former_parent"  # this one's territory once belonged to the unit named


# What is worth more decides between readings; the score of the answer is another matter.
_WORTH = {
    Form.STANDARD: 30,
    Form.FORMER: 28,
    Form.ALIAS: 21,
    Form.SHORT: 20,
    Form.ABBREVIATED: 18,
    Form.BARE: 18,  # less than a short form before it: 深圳东区 lies not in 攀枝花
    Form.CORE: 15,
}
_LESS = {Via.NAME: 0, Via.FORMER: 2, Via.SUCCESSOR: 3, Via.SHARED: 4, Via.GAVE: 14}
WORTH_OF_A_NAME = _WORTH[Form.STANDARD]


class Claim(Value, frozen=True, order=True):
    """A node that a piece of text may mean; ``named`` is the node that had the name.

    ``whole``: by a name with its generic part. ``leads``: it may itself be meant, and not only
    support what lies in it. ``worth`` weighs it against other claims.
    """

    node: int
    level: int
    form: Form
    via: Via
    named: int
    since: int
    until: int
    whole: bool
    leads: bool
    worth: int


def worth_of(form: Form, via: Via) -> int:
    """What a name is worth that leads to a unit; half of it where it is no unit."""
    return _WORTH[form] if via is Via.NAME else _WORTH[form] - _LESS[via]


def claimed(node: int, level: int, form: Form, via: Via, name: tuple[int, int, int]) -> Claim:
    """The claim by a name: (node that had it, first day, day after the last)."""
    worth = worth_of(form, via)
    worth = worth if level <= LOWEST_UNIT else worth // 2
    named, since, until = name
    leads = via is not Via.GAVE
    return Claim(node, level, form, via, named, since, until, form in _WHOLE, leads, worth)


def standard_claim(node: int, level: int, since: int, until: int) -> Claim:
    """The claim of a unit by its standard name in force."""
    return Claim(
        node, level, Form.STANDARD, Via.NAME, node, since, until, True, True, WORTH_OF_A_NAME
    )


class Meant(Kept):
    """What a piece of text may mean. Never changed, and equal to itself alone.

    ``all_whole``: it has claims, by whole names only; ``by_whole``: the same by these, if it has
    others too. ``many``: there are more claims than these. ``anchors``: it is so clear a name of a
    county or above that it cannot be passed over. ``named``: it is the whole name of a unit.
    ``firm``: it is more than the core of a village's name. ``tops`` are the worthiest claims, of
    worth ``most``, and ``highest`` is the highest level among them; bare names do not count.
    """

    claims: tuple[Claim, ...]
    by_node: Mapping[int, Claim]
    all_whole: bool
    by_whole: "Meant | None"
    many: bool
    anchors: bool
    named: bool
    firm: bool
    most: int
    tops: tuple[Claim, ...]
    top_nodes: frozenset[int]
    highest: int
    parts: "dict[tuple[int, ...], Meant] | None" = None

    @property
    def whole(self) -> "Meant | None":
        """The same by whole names only: itself if it has no others, None without any."""
        return self if self.all_whole else self.by_whole

    def at(self, levels: tuple[int, ...]) -> "Meant":
        """The same at some levels only."""
        if self.parts is None:
            self.parts = {}
        part = self.parts.get(levels)
        if part is None:
            claims = tuple([claim for claim in self.claims if claim.level in levels])
            part = self.parts[levels] = meant(claims, many=self.many)
        return part


def meant(claims: tuple[Claim, ...], *, many: bool = False) -> Meant:
    """The claims, sorted out."""
    whole = tuple([claim for claim in claims if claim.whole])
    anchors = any(
        claim.leads and claim.level <= _COUNTY and claim.form is not Form.BARE for claim in whole
    )
    named = any(claim.level <= LOWEST_UNIT for claim in whole)
    firm = any(claim.form is not Form.CORE for claim in claims)
    by_node = {claim.node: claim for claim in claims}
    most = max([claim.worth for claim in claims], default=-1)
    tops = tuple([claim for claim in claims if claim.worth == most])
    nodes = frozenset([claim.node for claim in tops])
    highest = min([c.level for c in tops if c.form is not Form.BARE], default=-1)
    all_whole = len(whole) == len(claims) > 0
    by_whole = meant(whole, many=many) if whole and not all_whole else None
    return Meant(
        claims,
        by_node,
        all_whole,
        by_whole,
        many,
        anchors,
        named,
        firm,
        most,
        tops,
        nodes,
        highest,
    )
