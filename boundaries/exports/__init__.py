"""The content of the register as tables that are written to files."""
