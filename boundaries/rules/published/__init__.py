"""Rules on what is published: its lines and nodes, its areas, its history and its names."""
