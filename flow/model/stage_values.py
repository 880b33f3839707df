"""The value that each stage passes to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .family import GENERATIONS, Family
from .inputs import MediaInput
from .json import Json
from .media import AudioData, ImageData, VideoData
from .shots import Cut
from .values import Values


@dataclass(frozen=True)
class Medium:
    """One image, video or audio input of a question: its place in the body, and its content hash."""

    input: MediaInput
    given: ImageData | VideoData | AudioData
    content: str


@dataclass(frozen=True)
class Question:
    """A request before it is checked.

    Equal questions share a `fingerprint`; `earlier` is the one by which ledgers of its first version know the question.
    `path` is where it will be sent, with whatever the person put into it.
    """

    family: Family
    values: Values
    model: str
    parameters: Mapping[str, Json]
    media: tuple[Medium, ...]
    take: int
    fingerprint: str = ""
    earlier: str = ""
    path: str = GENERATIONS

    def body(self, addresses: Iterable[str]) -> dict[str, Json]:
        """The JSON body as it is sent, with an address for each of `media`, in their order.

        Raises ValueError unless there are as many addresses as media.
        """
        body = dict(self.parameters)
        for medium, address in zip(self.media, addresses, strict=True):
            medium.input.place(body, address)
        return self.family.shape(body)

    @property
    def words(self) -> str:
        """What a person recognizes the job by: its prompt, or the prompts of its shots."""
        cuts = (held for held in self.values.values() if isinstance(held, Cut))
        written = (shot.prompt.strip() for cut in cuts for shot in cut.shots)
        return str(self.values.get("prompt") or "").strip() or " / ".join(written)


@dataclass(frozen=True)
class MediaFile:
    """A local file that is ready to be uploaded."""

    path: Path
    mime: str
    bytes: int
    content: str


@dataclass(frozen=True)
class Attachment:
    """A medium that is ready to be published: a local file, or a link that was entered."""

    input: MediaInput
    content: str
    file: MediaFile | None = None
    url: str = ""


@dataclass(frozen=True)
class Request:
    """A question that has passed every check."""

    question: Question
    attachments: tuple[Attachment, ...]
    billed_units: float
    estimate_usd: float | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Address:
    """A public address of some content. `expires_at` is in Unix seconds, None if unknown."""

    url: str
    content: str
    expires_at: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Body:
    """The JSON body as sent, with media as addresses."""

    json: Mapping[str, Json]
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True)
class Ticket:
    """The provider's response to a submission."""

    task_id: str
    request_id: str | None = None
    status: str = "submitted"


@dataclass(frozen=True)
class Standing:
    """The status of a job at the provider: the response to one poll.

    `ended` is None while it goes on, else "completed", "failed" or "cancelled". Times are seconds.
    """

    task_id: str
    status: str
    ended: str | None
    progress: float | None = None
    estimated_seconds: float | None = None
    actual_seconds: float | None = None
    cost_usd: float | None = None
    urls: tuple[str, ...] = ()
    expires_at: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Files:
    """The files of a finished job, in the provider's order."""

    paths: tuple[Path, ...]
