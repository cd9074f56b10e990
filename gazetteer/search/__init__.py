"""Finding a place by what people call it."""
