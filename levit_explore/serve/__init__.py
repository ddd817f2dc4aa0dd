"""The live page: the report of a spec in a browser, edited there. Nothing is computed outside Python."""
