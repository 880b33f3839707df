"""Gives every picture and clip of a request a public address, and writes the body that names them."""

from .body import Publisher
from .stores import ResultStore, Store, open_result_store, open_store

__all__ = ["Publisher", "ResultStore", "Store", "open_result_store", "open_store"]
