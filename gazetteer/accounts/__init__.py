"""Authentication and authorisation: accounts, roles, API keys, sessions, login throttling."""
