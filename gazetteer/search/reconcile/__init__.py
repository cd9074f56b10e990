"""Names of a table to places of the register: candidates, scores, and what is known of each."""
