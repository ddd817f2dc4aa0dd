"""A graph of the architecture as pictures, as text, and in formats that other programs read."""
