"""Setting the project up and examining it; needs nothing but Python."""
