"""What may be written in a draft through its OGC API."""

from collections.abc import Sequence

from werkzeug.exceptions import MethodNotAllowed

MERGE_PATCH = "application/merge-patch+json"
GEOMETRY_TYPES = {"divisions": ("Polygon", "MultiPolygon"), "edges": ("LineString",)}
"""The types of geometry that a feature may be sent with."""
PROPERTIES_OF_NEW = ("code", "name", "level")
"""What a new unit has to be sent with."""
RECEIVED_PROPERTIES = {
    "create": (*PROPERTIES_OF_NEW, "romanized_name", "unit_type"),
    "replace": ("code", "name", "parent_code"),
    "update": ("code", "name", "parent_code"),
}
"""The properties of a unit that have an effect when they are sent."""
_OF_EDGES = (
    "level", "left_code", "left_name", "left_level", "right_code", "right_name", "right_level",
    "beyond", "length_m", "accuracy_m", "source", "valid_from", "valid_to", "start_node",
    "end_node",
)  # fmt: skip
READ_ONLY_PROPERTIES = {
    "divisions": ("parent_name", "area_km2", "accuracy_m", "source", "valid_from", "valid_to"),
    "edges": _OF_EDGES,
}
"""Properties that follow from something else."""
READ_METHODS = ("GET", "HEAD", "OPTIONS")
_WRITES_ON_ITEMS = {"divisions": ("POST",)}
_WRITES_ON_ITEM = {"divisions": ("PUT", "PATCH", "DELETE"), "edges": ("PUT", "PATCH")}
"""Edges come and go with the units that they are between; they can only be drawn otherwise."""


def is_writable(collection: str, method: str) -> bool:
    """Whether features of a collection can be written by a method."""
    every = (*_WRITES_ON_ITEMS.get(collection, ()), *_WRITES_ON_ITEM.get(collection, ()))
    return method in every


def list_methods(collection: str, may_write: bool, *, on_items: bool = False) -> Sequence[str]:
    """The methods of a collection or of a feature of it, for somebody who may write or not."""
    writes = _WRITES_ON_ITEMS if on_items else _WRITES_ON_ITEM
    return (*READ_METHODS, *(writes.get(collection, ()) if may_write else ()))


def check_method(collection: str, method: str, *, on_items: bool = False) -> None:
    """Refuse a method that a collection never has.

    Raises:
        MethodNotAllowed: with those that it has.
    """
    methods = list_methods(collection, True, on_items=on_items)
    if method not in methods:
        raise MethodNotAllowed(list(methods))
