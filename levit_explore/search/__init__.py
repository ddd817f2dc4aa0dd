"""Design spaces counted, enumerated and searched exactly, as sums of parts that few choices decide."""
