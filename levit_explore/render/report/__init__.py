"""The report: one HTML page that shows everything known of one spec, or of several side by side."""
