"""Work on files in the background: kept in the database, done by workers, resumed after a kill."""
