"""What API, pages and commands ask alike, each with one answer."""
