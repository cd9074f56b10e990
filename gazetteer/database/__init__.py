"""The database: its private cluster, its connections and its migrations."""
