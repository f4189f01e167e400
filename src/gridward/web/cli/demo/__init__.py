"""The demonstration: how it is built (`building`) and what is put in (`phases`)."""
