"""What a file says about itself besides its rows: title, licence, headings for people, style."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LayerPresentation:
    """How a table is described and shown by programs that open its file.

    Attributes:
        title: what a list of layers calls it.
        abstract: what it has, in one or two sentences.
        licence: whose data it is, and under which terms.
        source: where the rows were taken from.
        state_of: the moment of the content. Formats that state when they were written state this
            one, so that the same content is the same file.
        aliases: headings of columns for people.
        style: how QGIS draws it, as QML; empty: as it likes.
    """

    title: str
    abstract: str
    licence: str
    source: str
    state_of: datetime
    aliases: Mapping[str, str] = field(default_factory=dict)
    style: str = ""
