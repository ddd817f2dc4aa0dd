"""The interactive explorer: a pure state and its update, results that follow from it, and thin front ends over them."""
