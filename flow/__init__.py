"""How a job travels from widgets to sockets; a module here imports only modules that stand before it."""
