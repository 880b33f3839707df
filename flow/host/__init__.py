"""The only package that imports ComfyUI and torch: it turns families into nodes, and arrays into sockets."""
