"""The keys' room: secret keys at rest and in use. Nothing here knows a chain, and no secret leaves it."""
