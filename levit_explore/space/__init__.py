"""A design space: a spec in which fields hold choices, and what its variants owe to each other."""
