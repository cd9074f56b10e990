"""How people and systems reach the register: HTTP, pages and the command line."""
