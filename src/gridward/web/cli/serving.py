"""What the web server's worker processes load: the application, on a leash to their parent."""

from gridward.web.cli import leash

leash.hold()

from gridward.web.wsgi import application  # noqa: E402

__all__ = ["application"]
