"""Pure decisions of the cases room: no Django, no clock, no database."""
