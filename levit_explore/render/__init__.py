"""Results as text: one format a file. Numbers are formatted here and nowhere else."""
