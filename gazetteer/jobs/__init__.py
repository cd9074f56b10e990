"""Background jobs on files: stored in the database, run by workers, resumed after a kill."""
