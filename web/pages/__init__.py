"""The pages for people: server-rendered text that a script makes into a map product."""
