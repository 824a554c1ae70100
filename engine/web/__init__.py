"""The door: pages for who asks and an API for programs, over one set of rules. Nothing is stored, nothing is logged."""
