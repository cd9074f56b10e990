"""Services that API, pages and commands share."""
