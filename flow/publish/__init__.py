"""Publishes the images, videos and audio of a request, and writes the JSON body with their addresses."""

from .publisher import LIFE_NEEDED_SECONDS, Publisher
from .results import ResultStore, open_result_store
from .stores import Store, open_store, opened_origins

__all__ = [
    "LIFE_NEEDED_SECONDS",
    "Publisher",
    "ResultStore",
    "Store",
    "open_result_store",
    "open_store",
    "opened_origins",
]
