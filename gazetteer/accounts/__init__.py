"""Who may do what: accounts, roles over a unit's subtree, API keys, sessions, login throttling."""
