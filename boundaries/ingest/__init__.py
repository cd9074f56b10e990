"""Polygon layers and shipped files loaded into the register: matched, checked, published."""
