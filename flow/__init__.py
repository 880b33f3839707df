"""The pipeline from widgets to sockets; each module imports only modules that come before it in flow/README.md."""
