"""Many cases, same Plan: a dataframe of facts comes in, the same frame with a column for each result goes out."""
