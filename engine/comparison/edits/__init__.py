"""Typed edits between two versions of the rules."""
