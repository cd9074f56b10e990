"""Background jobs: stored in the database, run by workers from two queues, resumed after a kill."""
