"""The verbs: register, verify, audit …; each reaches adapters through small protocols of its own."""
