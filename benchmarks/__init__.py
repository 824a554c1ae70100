"""Measures how fast Avenant decides and starts, beside peers run at the same time on the same machine.

Everything here is invented or about this machine; nothing of it is part of the product.
"""
