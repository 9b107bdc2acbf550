"""Python SDK: a Chopmark site over HTTP, by a caller who checks what it is told (``docs/sdk.md``).

>>> from chopmark.client import SiteClient, read_token                                         # doctest: +SKIP
>>> site = SiteClient("https://site.example", read_token(Path("token")), trust="trust.json")     # doctest: +SKIP
>>> for each in site.verify(["dossier/"]):                                                     # doctest: +SKIP
...     print(each.name, each.verdict, [found.code for found in each.differences])
"""

from chopmark.client.checked import Checked, Verification
from chopmark.client.errors import (
    SiteContradicted,
    SiteError,
    SiteNonsense,
    SiteRefused,
    SiteUnreachable,
    StillWaiting,
    TokenUnusable,
)
from chopmark.client.proving import Proof
from chopmark.client.site_client import SiteClient
from chopmark.client.token import Token, read_token
from chopmark.client.transport import Patience
from chopmark.client.wanted import Wanted, wanted_correction, wanted_many, wanted_one, wanted_sheet
from chopmark.core.verdict import State, Verdict
from chopmark.wording import Language

__all__ = [
    "Checked",
    "Language",
    "Patience",
    "Proof",
    "SiteClient",
    "SiteContradicted",
    "SiteError",
    "SiteNonsense",
    "SiteRefused",
    "SiteUnreachable",
    "State",
    "StillWaiting",
    "Token",
    "TokenUnusable",
    "Verdict",
    "Verification",
    "Wanted",
    "read_token",
    "wanted_correction",
    "wanted_many",
    "wanted_one",
    "wanted_sheet",
]
