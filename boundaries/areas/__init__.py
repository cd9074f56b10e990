"""Polygons of units: which land and water a unit covers, as of a date."""
