"""On one case, for who decides it: which fact to ask next, what other readings change, what would change a result."""
