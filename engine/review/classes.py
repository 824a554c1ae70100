"""What an item tells apart: an item of a compiled program comes in, its direct inputs with their classes go out.

Facts are enums, booleans, or numbers and dates compared with bounds, so that a few values stand for all (docs/architecture.md).
"""
