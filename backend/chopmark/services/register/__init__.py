"""Registering: from what a registrar gives to composed credentials, with everything that is wrong said at once.

``FileBinder`` reads and checks files; ``draft_one`` and ``draft_input`` make drafts; ``weigh`` compares drafts with what is registered
already; ``set_aside`` takes out the rows that have findings, ``rejected_sheet`` hands them back; ``compose_drafts`` turns the new ones
into credentials for the pipeline.
"""

from chopmark.services.register.compose import compose_drafts
from chopmark.services.register.draft import Draft, Drafted, GivenFile
from chopmark.services.register.files import FileBinder
from chopmark.services.register.form import draft_one
from chopmark.services.register.listing import files_of
from chopmark.services.register.mail_merge import MergeLine, mail_merge
from chopmark.services.register.rejected import rejected_sheet
from chopmark.services.register.set_aside import SetAside, set_aside
from chopmark.services.register.sheet import DraftedSheet, SheetInput, draft_input, draft_sheet
from chopmark.services.register.template import template_sheet
from chopmark.services.register.weigh import Register, Weighed, weigh

__all__ = [
    "Draft",
    "Drafted",
    "DraftedSheet",
    "FileBinder",
    "GivenFile",
    "MergeLine",
    "Register",
    "SetAside",
    "SheetInput",
    "Weighed",
    "compose_drafts",
    "draft_input",
    "draft_one",
    "draft_sheet",
    "files_of",
    "mail_merge",
    "rejected_sheet",
    "set_aside",
    "template_sheet",
    "weigh",
]
