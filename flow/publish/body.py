"""The body of a request: parameters as they are, media as addresses that were seen to work."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import NotSet, Refused, Unreachable
from ..ledger import Ledger
from ..model import Address, Attachment, Body, Json, MediaFile, Picture, Request
from ..wire import Provider, Transfer
from .stores import Store

LIFE_NEEDED_SECONDS = 3600.0
UPLOAD_TRIES = 3
VIDEO_HEADS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"\x1aE\xdf\xa3", b"RIFF")
NO_HOME = (
    "The clip has no public address, and the provider takes clips by address only. Choose one:\n"
    "1. paste a public direct link into video_url;\n"
    "2. connect the clip of an APIMart node of the last 24 hours: it is already public;\n"
    "3. set APIMART_MEDIA_STORE to a bucket (s3://bucket/prefix) or to this ComfyUI's public address (comfyui:https://...);\n"
    "4. set it to litterbox or tmpfiles, where strangers could see the clip, after agreeing in Settings > APIMart."
)


class Publisher:
    """Finds or makes addresses; the same bytes are never uploaded twice while their address lives."""

    def __init__(
        self,
        provider: Provider,
        ledger: Ledger,
        transfer: Transfer,
        store: Store | None,
        *,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._provider = provider
        self._ledger = ledger
        self._transfer = transfer
        self._store = store
        self._now = now
        self._pause = pause

    def publish(self, request: Request) -> Body:
        """Raises NotSet when a clip has no home, Refused for an address that does not serve the file."""
        body: dict[str, Json] = dict(request.question.parameters)
        addresses = []
        for attachment in request.attachments:
            address = self._address(attachment)
            addresses.append(address)
            in_list = isinstance(attachment.input, Picture) and attachment.input.in_list
            body[attachment.input.parameter] = [address.url] if in_list else address.url
        return Body(body, tuple(addresses))

    def withdraw(self, body: Body) -> None:
        """Take what was put into the person's own store out of it again."""
        for address in body.addresses:
            if self._store is not None and address.source == self._store.name:
                self._store.delete(address)
                self._ledger.forget_address(address.url)

    def _address(self, attachment: Attachment) -> Address:
        if attachment.url:
            address = Address(attachment.url, attachment.content, None, "person")
            self._transfer.check(address.url)
            return address
        assert attachment.file is not None
        known = self._known(attachment.content) or self._known(attachment.file.content)
        return known or self._upload(attachment, attachment.file)

    def _known(self, content: str) -> Address | None:
        """An address of the same content that lives long enough, and still answers."""
        address = self._ledger.known_address(content, self._now() + LIFE_NEEDED_SECONDS)
        if address is None:
            return None
        try:
            self._see(address, None)
        except (Refused, Unreachable):
            self._ledger.forget_address(address.url)
            return None
        return address

    def _upload(self, attachment: Attachment, file: MediaFile) -> Address:
        if isinstance(attachment.input, Picture):
            address = self._tried(lambda: self._provider.upload_image(file))
        elif self._store is None:
            raise NotSet(NO_HOME, next_step="")
        else:
            store = self._store
            address = self._tried(lambda: store.put(file))
            self._see(address, file)
        self._ledger.remember_address(address)
        return address

    def _tried(self, upload: Callable[[], Address]) -> Address:
        """Uploads cost nothing, so a broken one is simply tried again."""
        for attempt in range(1, UPLOAD_TRIES):
            try:
                return upload()
            except Unreachable:
                self._pause(2.0**attempt)
        return upload()

    def _see(self, address: Address, file: MediaFile | None) -> None:
        """Read the address back over the network, as the provider will. Raises Refused for anything but the file."""
        probe = self._transfer.probe(address.url)
        wrong = ""
        if probe.status >= 400:
            wrong = f"HTTP {probe.status}"
        elif probe.is_page:
            wrong = "a web page"
        elif file is not None and probe.length is not None and probe.length != file.bytes:
            wrong = f"{probe.length} bytes instead of {file.bytes}"
        elif file is not None and not any(mark in probe.head[:64] for mark in VIDEO_HEADS):
            wrong = "something that is not a video"
        if wrong:
            raise Refused(
                f"The published clip was read back and its address serves {wrong}.",
                next_step="Check the media store: its links must be public, direct and without login.",
            )
