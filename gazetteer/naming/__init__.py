"""The law of geographic names: lexicons that an office may replace, and local law."""
