"""Telling people: notices on their way out, and the inboxes of staff."""
