"""Setting up and checking the project; needs nothing but Python."""
