"""Positions as the ledger stores them."""

import shapely


def encode_point(position: tuple[float, float]) -> str:
    """Longitude and latitude as little-endian WKB in lowercase hex."""
    wkb: bytes = shapely.to_wkb(shapely.Point(position), byte_order=1)
    return wkb.hex()
