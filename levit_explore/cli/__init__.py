"""The command line: one short function a command, which loads, plans, analyses and renders."""
