"""Gridward (格守): the open platform for grid-based grassroots governance."""

__version__ = "0.1.0.dev0"
