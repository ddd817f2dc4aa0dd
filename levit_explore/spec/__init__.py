"""What a user writes: the spec, its rules and constraints, YAML in and out."""
