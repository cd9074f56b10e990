"""What may be written in a draft through its OGC API."""

from collections.abc import Sequence

from werkzeug.exceptions import MethodNotAllowed

MERGE_PATCH = "application/merge-patch+json"
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
