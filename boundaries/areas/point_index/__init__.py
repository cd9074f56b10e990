"""What lies at a point, from memory: the areas, names and units of one state of the register."""
