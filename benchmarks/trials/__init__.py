"""Long trials that are no part of the tests: many editors at once, kills at any moment."""
