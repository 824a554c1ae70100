"""For who writes rules: the policies' own tests, their coverage and mutation score, and the deep checks."""
