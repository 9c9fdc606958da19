"""The command line: one module a command, the group in `main`."""
