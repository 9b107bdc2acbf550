"""One object for everything that a site offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from chopmark.client.auditing import Auditing
from chopmark.client.checked import Verification
from chopmark.client.matching import Matching
from chopmark.client.nodes import OwnChains, Trust, trust_of
from chopmark.client.registering import Registering
from chopmark.client.statuses import Statuses
from chopmark.client.token import Token
from chopmark.client.transport import Patience, Transport
from chopmark.client.verifying import LIMITS, Declared, Question, verify
from chopmark.services.verify.materials import Limits
from chopmark.wording import Language


class SiteClient(Registering, Statuses, Matching, Auditing):
    """A Chopmark site over HTTP.

    ``token``: text or ``read_token(path)``. ``trust``: the caller's own trust file, or where it lies; without it nothing that the
    site says can be checked, and nothing is called checked. ``nodes``: addresses of the caller's own nodes by chain id, instead of
    those in the trust file. ``node_timeout``: seconds for one answer of a node. ``ca_file``: the authority of the site's
    certificate, if it is none of the system's. ``plain_http``: allow an unencrypted way to another machine.

    Safe to share between threads. Methods raise ``SiteRefused`` with the site's own problem, ``SiteUnreachable``, ``SiteNonsense``.
    """

    def __init__(
        self,
        url: str,
        token: str | Token | None = None,
        trust: Trust = None,
        *,
        language: Language = Language.ZH,
        nodes: Mapping[int, Sequence[str]] | None = None,
        patience: Patience | None = None,
        node_timeout: float = 10.0,
        ca_file: Path | None = None,
        plain_http: bool = False,
    ) -> None:
        secret = Token(token) if isinstance(token, str) else token
        transport = Transport(url, secret, language=language, patience=patience, ca_file=ca_file, plain_http=plain_http)
        super().__init__(transport, OwnChains(trust_of(trust, nodes), node_timeout))

    def verify(
        self,
        paths: Sequence[Path | str],
        declared: Declared = (),
        *,
        kind: str = "",
        limits: Limits = LIMITS,
        stale_after: int = 600,
    ) -> Verification:
        """Verify files, folders and bundles in any mix, with the site's help and without believing it.

        Each verdict is the caller's own, from the caller's trust file and nodes; what the site said stands beside it, with every
        contradiction. ``stale_after``: seconds that the site's block may be older than one's own.
        Raises ``InputError`` and ``UsageError`` for what was asked, ``SiteRefused`` if the site takes neither caller nor question.
        A site that does not answer is a remark (``trouble``): what lies at hand is verified all the same.
        """
        question = Question([Path(path) for path in paths], declared, kind, limits, stale_after=stale_after)
        # A view of its own: blocks that were looked up for one answer say nothing about the next.
        return verify(self._transport, OwnChains(self._chains.trust, self._chains.timeout), question)
