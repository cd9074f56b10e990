"""Units, places, names, codes and succession: their records, queries and checks."""
