"""The only module that knows ComfyUI and torch: families become nodes, arrays become sockets."""
