"""What things are called: units, places, names, codes and the ledger that keeps their history."""
