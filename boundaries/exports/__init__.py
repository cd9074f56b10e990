"""What the register holds, as tables to be written as files."""
