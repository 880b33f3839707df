"""The only route intended for the internet: published reference media, each under an unguessable name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
}


def add_routes(routes: web.RouteTableDef, home: Callable[[], Path], now: Callable[[], float] = time.time) -> None:
    """Add the route that serves what `ThisComfyUI` published in `home()`, whole or by Range; anything else is a 404."""

    @routes.get("/apimart/public/{name}")
    async def serve(request: web.Request) -> web.StreamResponse:
        file, mime = await asyncio.to_thread(_find, home, request.match_info["name"], now())
        if file is None:
            raise web.HTTPNotFound(headers=HEADERS)
        return web.FileResponse(file, headers={**HEADERS, "Content-Type": mime})


def _find(home: Callable[[], Path], name: str, moment: float) -> tuple[Path | None, str]:
    # Imported on the first request: `publish` loads the database and requests, which would slow ComfyUI's startup.
    from ...publish.self_hosted import MIMES, public_folder, published

    file = published(public_folder(home()), name, moment)
    return file, MIMES[file.suffix] if file else ""
