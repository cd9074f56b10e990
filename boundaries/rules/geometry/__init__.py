"""The rules TOP-GEO: each polygon by itself."""
