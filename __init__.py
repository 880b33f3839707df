"""APIMart video models as ComfyUI nodes. Imports sit inside the entry point: ComfyUI and pytest both load this file."""

WEB_DIRECTORY = "./web"


async def comfy_entrypoint():  # type: ignore[no-untyped-def]  # ComfyUI's types exist only inside ComfyUI
    from .flow.host.node.nodes import Extension
    from .nodes import families, utilities

    return Extension(families(), utilities())
