"""Authentication of requests, and their permissions."""
