"""Where things end: areas of units and what is derived from them."""
