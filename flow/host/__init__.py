"""The only package that imports ComfyUI and torch: turns families into nodes, and arrays into socket values."""
