"""Naming: the rules that names of places have to follow, and what names are compared by."""
