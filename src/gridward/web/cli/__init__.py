"""The command line: one surface among the doors. Every command lives here, none in a room."""
