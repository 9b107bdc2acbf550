"""Registering: from what a registrar gives to composed credentials, with everything that is wrong said at once.

``bind_files`` reads and checks files; ``draft_one`` and ``draft_sheet`` make drafts; ``weigh`` compares drafts with what is registered
already; ``compose_drafts`` turns the new ones into credentials for the pipeline.
"""

from chopmark.services.register.compose import compose_drafts
from chopmark.services.register.draft import Draft, Drafted, GivenFile
from chopmark.services.register.files import FileBinder
from chopmark.services.register.form import draft_one
from chopmark.services.register.sheet import draft_sheet
from chopmark.services.register.weigh import Register, Weighed, weigh

__all__ = [
    "Draft",
    "Drafted",
    "FileBinder",
    "GivenFile",
    "Register",
    "Weighed",
    "compose_drafts",
    "draft_one",
    "draft_sheet",
    "weigh",
]
