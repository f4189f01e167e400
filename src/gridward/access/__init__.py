"""Who may: accounts, invitations, and the rights that follow from posts."""
