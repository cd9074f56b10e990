"""All names of the register in memory, and what each of them means on a day."""
