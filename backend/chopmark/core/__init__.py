"""The quiet room: every rule by which a stranger could check a credential (``docs/FORMAT.md``)."""
