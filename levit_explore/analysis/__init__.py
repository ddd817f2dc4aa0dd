"""What follows from a plan."""
