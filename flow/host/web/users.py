"""Who asks, where ComfyUI has several users (--multi-user): jobs are their own, key and limits the owner's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from .validation import Denied

OWNER = "APIMART_OWNER"
OWNER_ALONE = (
    "The key, the limits and the account belong to the owner of this ComfyUI, who sets them in the environment, or on "
    f"this page as the user whom the environment variable {OWNER} names."
)


@dataclass(frozen=True)
class User:
    """Somebody who asks. `name` is ComfyUI's id of the user; empty where it has only one, who owns everything."""

    name: str = ""
    is_owner: bool = True

    @property
    def only(self) -> str | None:
        """Whose jobs this user may see; None for all of them: the owner pays for all."""
        return None if self.is_owner else self.name

    def require_owner(self) -> None:
        """Raises Denied for what is the owner's alone."""
        if not self.is_owner:
            raise Denied(403, OWNER_ALONE)


THE_ONE = User()


def named(name: str) -> User:
    """The user of that id, in a ComfyUI of several."""
    return User(name, bool(name) and name == os.environ.get(OWNER, ""))


def user_of(request: Any) -> User:
    """Who sent a request, by ComfyUI's own reckoning. Raises Denied for a user whom ComfyUI does not know."""
    from comfy.cli_args import args  # here, because tests serve the routes without a ComfyUI
    from server import PromptServer

    if not args.multi_user:
        return THE_ONE
    try:
        return named(PromptServer.instance.user_manager.get_request_user_id(request))
    except KeyError:
        raise Denied(403, "ComfyUI does not know this user.") from None
