"""The rules TOP-HIE: units of several levels in one layer, and how they nest."""
