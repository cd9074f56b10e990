"""Files that somebody sends: their forms, their limits, and the answers as files."""
