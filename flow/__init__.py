"""The pipeline from widgets to sockets; a module imports only what is listed above it in flow/README.md."""
