"""The rules TOP-VER: units, codes and areas through time."""
