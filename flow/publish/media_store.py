"""Selects the media store that the user has configured."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Protocol

from ..errors import NotSet
from ..model import Address, MediaFile
from ..settings import Settings
from ..stopping import Stopped, never
from ..wire import Transfer
from .buckets import OBJECT_STORES, ObjectStore
from .self_hosted import ThisComfyUI
from .temporary_hosts import Litterbox, SandboxFiles, Tmpfiles

CHOICES = (
    "Set APIMART_MEDIA_STORE to s3://bucket/prefix, gs://bucket/prefix or az://container/prefix, "
    "to comfyui:https://my.public.host, or to litterbox or tmpfiles."
)
S3_ENDPOINTS = ("FSSPEC_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


class Store(Protocol):
    """A media store; `name` marks the addresses that it returned."""

    name: str

    def put(self, file: MediaFile, stopped: Stopped = never) -> Address:
        """Upload a file. Raises Unreachable if the upload may be retried, NotSet if something is not set up.

        If the upload can be stopped, Unfinished is raised soon after `stopped` returns True.
        """

    def delete(self, address: Address) -> None:
        """Delete the file if the store supports it; never raises."""


TEMPORARY_HOSTS: Mapping[str, Callable[[Transfer], Store]] = {"litterbox": Litterbox, "tmpfiles": Tmpfiles}


def open_store(settings: Settings, transfer: Transfer) -> Store | None:
    """Return the configured media store, None if there is none. Raises NotSet if it cannot be used."""
    chosen = settings.media_store
    kind, _, rest = chosen.partition(":")
    if not chosen:
        return SandboxFiles(settings.base_url, settings.key, transfer) if settings.sandbox else None
    if kind in OBJECT_STORES and rest.startswith("//"):
        return ObjectStore(chosen)
    if kind == "comfyui":
        return ThisComfyUI(rest, settings.home)
    if chosen in TEMPORARY_HOSTS:
        _require_consent(chosen, settings)
        return TEMPORARY_HOSTS[chosen](transfer)
    raise NotSet(f"'{chosen}' is not a media store.", next_step=CHOICES)


def opened_origins(settings: Settings, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the origins of the user's own store that may be private; only environment variables allow them."""
    env = os.environ if environment is None else environment
    kind, _, rest = settings.media_store.partition(":")
    if kind == "s3":
        return tuple(env[name] for name in S3_ENDPOINTS if env.get(name))
    if kind == "comfyui" and env.get("APIMART_MEDIA_STORE", "").strip() == settings.media_store:
        return (rest,)
    return ()


def _require_consent(host: str, settings: Settings) -> None:
    if not settings.public_hosts_agreed:
        raise NotSet(
            f"{host} is a public temporary host: strangers could see the file there, and it cannot be deleted.",
            next_step="To agree, turn it on in Settings > APIMart > Public hosts, or set "
            "APIMART_PUBLIC_HOSTS_AGREED=1. Otherwise use a bucket or this ComfyUI as the media store.",
        )
