"""Files of addresses: read, answered and written row by row, in bounded memory."""
