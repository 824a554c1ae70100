"""For whom a change of the rules changes a result."""
