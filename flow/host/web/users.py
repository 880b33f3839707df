"""Users of a ComfyUI with `--multi-user`: jobs belong to users, the key and the limits to the owner."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from .validation import Denied

OWNER = "APIMART_OWNER"
OWNER_ALONE = (
    "The API key, limits and account are managed by the owner of this ComfyUI, in environment variables, or on "
    f"this page as the user whom the environment variable {OWNER} names."
)


@dataclass(frozen=True)
class User:
    """The sender of a request. `name` is ComfyUI's user id; empty in single-user mode, whose user owns everything."""

    name: str = ""
    is_owner: bool = True

    @property
    def only(self) -> str | None:
        """The name of the user whose jobs this one may see; None means all jobs, since the owner pays for all."""
        return None if self.is_owner else self.name

    def require_owner(self) -> None:
        """Raise Denied unless this user is the owner."""
        if not self.is_owner:
            raise Denied(403, OWNER_ALONE)


THE_ONE = User()


def named(name: str) -> User:
    """Return the user with that id, in multi-user mode."""
    return User(name, bool(name) and name == os.environ.get(OWNER, ""))


def user_of(request: Any) -> User:
    """Return the user who sent a request, as ComfyUI identifies them. Raises Denied for a user unknown to ComfyUI."""
    from comfy.cli_args import args  # imported here because tests serve the routes without ComfyUI
    from server import PromptServer

    if not args.multi_user:
        return THE_ONE
    try:
        return named(PromptServer.instance.user_manager.get_request_user_id(request))
    except KeyError:
        raise Denied(403, "ComfyUI does not know this user.") from None
