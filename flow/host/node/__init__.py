"""What ComfyUI's executor calls: the nodes, and what they do when they run."""
