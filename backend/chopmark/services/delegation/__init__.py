"""Signing for an institution whose key has no account: what waits for a signature, what it is about, taking it in.

``signatures``: at the site, from the database. ``content``: what a message says, for people. ``request_file``: the files
that travel between the site and whoever holds the key. ``offline``: what the signer's own machine checks before it signs.
"""

from chopmark.services.delegation.content import Content, Summary, content_of, summary_of
from chopmark.services.delegation.signatures import (
    checked_signature,
    open_requests,
    request_of,
    take_signature,
    waiting_for,
)

__all__ = [
    "Content",
    "Summary",
    "checked_signature",
    "content_of",
    "open_requests",
    "request_of",
    "summary_of",
    "take_signature",
    "waiting_for",
]
