"""What differs between two states of the register: records, areas, territory, vertices."""
