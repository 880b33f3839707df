"""Called by ComfyUI's executor: the node classes, and what they do when they run."""
