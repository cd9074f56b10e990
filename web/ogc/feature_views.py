"""What an OGC API is about: the published register, or a draft of it on its day."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from boundaries.features.feature_collection import FeatureCollection
from boundaries.features.known_tables import NOT_DRAFTED, DraftedRows
from boundaries.features.register_collections import COLLECTIONS
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.messages import AnyOf, Message, message
from gazetteer.problems import NotFound

REGISTER_ROOT = "/ogc"


@dataclass(frozen=True)
class FeatureView:
    """An OGC API over a state of the register.

    Attributes:
        path: of its landing page, without a slash at the end.
        title: what it is called.
        collections: its collections by their ids.
        as_of: the day and the moment of knowledge of requests that name none.
        drafted: what a draft puts in the place of records.
        is_draft: whether it is a draft, whose day is fixed.
    """

    path: str
    title: Message
    collections: Mapping[str, FeatureCollection]
    as_of: AsOf
    drafted: DraftedRows = NOT_DRAFTED
    is_draft: bool = False

    @property
    def root_url(self) -> str:
        """The address of its landing page as the client reaches it, without a slash at the end."""
        return request.url_root.rstrip("/") + self.path

    def get_collection(self, name: str) -> FeatureCollection:
        """A collection.

        Raises:
            NotFound: there is none; names those that there are.
        """
        if name not in self.collections:
            words = message(
                "feature.collection_unknown", name=name, known=AnyOf([*self.collections])
            )
            raise NotFound(words, field="collection")
        return self.collections[name]


def build_register_view() -> FeatureView:
    """The published register, of today if a request names no day."""
    return FeatureView(REGISTER_ROOT, message("product"), COLLECTIONS, AsOf(today()))
