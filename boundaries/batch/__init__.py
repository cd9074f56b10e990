"""What can be asked of a whole file: addresses, positions, and how facilities cover units."""
