"""Code that ComfyUI's executor calls: the node classes and their execution."""
