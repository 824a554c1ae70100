"""The difference between two conventions: typed edits of the rules, and where each of them stands."""
