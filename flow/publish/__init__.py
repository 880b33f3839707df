"""Publishes the images, videos and audio of a request, and writes the JSON body with their addresses."""

from .media_store import Store, open_store, opened_origins
from .publisher import LIFE_NEEDED_SECONDS, Publisher
from .result_store import ResultStore, open_result_store

__all__ = [
    "LIFE_NEEDED_SECONDS",
    "Publisher",
    "ResultStore",
    "Store",
    "open_result_store",
    "open_store",
    "opened_origins",
]
