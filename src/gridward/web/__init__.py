"""The doors: every way into Gridward. Screens and commands live here, never in rooms."""
