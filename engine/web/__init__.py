"""The web service: pages for people and an API for programs, over one set of rules. Nothing is stored or logged."""
