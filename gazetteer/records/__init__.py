"""Places, names, units, codes and succession: the names half of the register."""
