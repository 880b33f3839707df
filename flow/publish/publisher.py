"""Builds the JSON body: parameters as given, media as addresses; files put into a media store are read back."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from ..errors import NotSet, PackError, Refused, Unreachable
from ..ledger import Ledger
from ..model import (
    AUDIO_HEADS,
    VIDEO_HEADS,
    Address,
    Attachment,
    Body,
    ImageInput,
    MediaFile,
    MediaInput,
    Request,
    VideoInput,
    begins_like,
)
from ..single_flight import Shared
from ..stopping import Stopped, never, raise_if_stopped, sleep
from ..wire import Probe, Provider, Transfer
from .media_store import Store

LIFE_NEEDED_SECONDS = 3600.0
TRIES = 3
GOING_ON = ("intended", "ticketed")

Result = TypeVar("Result")


class Publisher:
    """Finds or creates addresses; identical content is not uploaded again while its address is valid.

    `open_store` is called when a video or audio file first needs the store, so that jobs without one never fail on it.
    """

    def __init__(
        self,
        provider: Provider,
        ledger: Ledger,
        transfer: Transfer,
        open_store: Callable[[], Store | None],
        *,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._provider = provider
        self._ledger = ledger
        self._transfer = transfer
        self._open_store = open_store
        self._now = now
        self._pause = pause
        self._uploads: Shared[Address] = Shared()

    @cached_property
    def _store(self) -> Store | None:
        return self._open_store()

    def publish(self, request: Request, stopped: Stopped = never) -> Body:
        """Return the JSON body of the request, with an address for every image, video and audio input.

        Raises NotSet if a video or audio file has no media store, Refused if an address does not serve the file,
        Unreachable if uploading failed several times, and Unfinished soon after `stopped` returns True; only an upload
        to a bucket is always completed.
        """
        addresses = tuple(self._address(attachment, stopped) for attachment in request.attachments)
        return Body(request.question.body(address.url for address in addresses), addresses)

    def withdraw(self, body: Body) -> None:
        """Delete the job's uploads from the user's own store, unless another job still uses them."""
        try:
            store = self._store
        except NotSet:
            return
        for address in body.addresses:
            if store is not None and address.source == store.name and not self._is_needed(address):
                self._ledger.addresses.forget(address.url)
                store.delete(address)

    def _is_needed(self, address: Address) -> bool:
        going_on = self._ledger.entries(states=GOING_ON, limit=1000)
        return any(one.url == address.url for entry in going_on for one in entry.addresses)

    def _address(self, attachment: Attachment, stopped: Stopped) -> Address:
        if attachment.url:
            address = Address(attachment.url, attachment.content, None, "person")
            self._transfer.check(address.url)
            return address
        file = attachment.file
        assert file is not None
        return self._uploads.do(
            file.content, lambda: self._known(file.content, stopped) or self._upload(attachment, file, stopped), stopped
        )

    def _known(self, content: str, stopped: Stopped) -> Address | None:
        """Return an address of the same content that stays valid long enough and still responds, or None."""
        address = self._ledger.addresses.known(content, self._now() + LIFE_NEEDED_SECONDS)
        if address is None:
            return None
        try:
            self._see(address, None)
        except (Refused, Unreachable):
            self._ledger.addresses.forget(address.url)
            return None
        return address

    def _upload(self, attachment: Attachment, file: MediaFile, stopped: Stopped) -> Address:
        if isinstance(attachment.input, ImageInput):
            address = self._tried(lambda: self._provider.upload_image(file, stopped=stopped), stopped)
        else:
            address = self._put(attachment, file, stopped)
        self._ledger.addresses.remember(address)
        return address

    def _put(self, attachment: Attachment, file: MediaFile, stopped: Stopped) -> Address:
        store = self._store
        if store is None:
            raise NotSet(_no_home(attachment.input), next_step="")
        address = self._tried(lambda: store.put(file, stopped), stopped)
        try:
            self._tried(lambda: self._see(address, file), stopped)
        except PackError:
            store.delete(address)
            raise
        return address

    def _tried(self, step: Callable[[], Result], stopped: Stopped) -> Result:
        """Run `step`, retrying if it raises Unreachable: uploads and probes are free of charge."""
        raise_if_stopped(stopped)
        for attempt in range(1, TRIES):
            try:
                return step()
            except Unreachable:
                sleep(2.0**attempt, stopped, self._pause)
        return step()

    def _see(self, address: Address, file: MediaFile | None) -> None:
        """Read the address back over the network, as the provider will. Raises Refused if it is not the file."""
        probe = self._transfer.probe(address.url)
        if probe.status >= 500:
            raise Unreachable(f"Reading back the uploaded file failed: its address returns HTTP {probe.status}.")
        wrong = _what_is_wrong(probe, file)
        if wrong:
            raise Refused(
                f"Reading back the uploaded file failed: its address returns {wrong}.",
                next_step="Check the media store: its links must be public and direct, and must not require a login.",
            )


def _no_home(declared: MediaInput) -> str:
    """Return what to do about a video or audio file that exists only on this machine."""
    kind = "video" if isinstance(declared, VideoInput) else "audio"
    choices = [
        "set APIMART_MEDIA_STORE to a bucket (s3://bucket/prefix) or to this ComfyUI's public address "
        "(comfyui:https://...)",
        f"set it to litterbox or tmpfiles, where strangers could see the {kind}, after agreeing in Settings > APIMart",
    ]
    if isinstance(declared, VideoInput):
        choices.insert(0, "connect the video of an APIMart node from the last 24 hours, which is already public")
        choices[:0] = [f"paste a public direct link into {declared.url_input}"] if declared.url_input else []
    listed = ";\n".join(f"{number}. {choice}" for number, choice in enumerate(choices, 1))
    return f"The {kind} has no public link, and the provider accepts links only. Choose one:\n{listed}."


def _what_is_wrong(probe: Probe, file: MediaFile | None) -> str:
    """Return what the address returns instead of `file` (instead of any file if None), empty if nothing is wrong."""
    if probe.status >= 400:
        return f"HTTP {probe.status}"
    if probe.is_page:
        return "a web page"
    if file is None:
        return ""
    if probe.length is not None and probe.length != file.bytes:
        return f"{probe.length} bytes instead of {file.bytes}"
    is_audio = file.mime.startswith("audio/")
    heads, kind = (AUDIO_HEADS, "an audio file") if is_audio else (VIDEO_HEADS, "a video file")
    return "" if begins_like(probe.head, heads) else f"something that is not {kind}"
