"""``--site URL``: the same commands through another site's service. Whatever it says is checked here first."""
