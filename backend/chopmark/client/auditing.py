"""Calls of auditors, authorities and operators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chopmark.client.answers import Document, KindInfo, Me
from chopmark.client.connected import PAGE, Connected, segment
from chopmark.client.offices import Institution, Operation, TokenInfo
from chopmark.client.registering import XLSX


class Auditing(Connected):
    """What a site tells of lives, institutions, tokens and its queue. All of it is the site's word."""

    def me(self) -> Me:
        """Whom the token stands for."""
        return Me.read(self._get("/me"))

    def kinds(self) -> list[KindInfo]:
        """What can be registered."""
        return [KindInfo.read(each) for each in self._get("/kinds").each("items")]

    def kind(self, code: str) -> KindInfo:
        """A kind with its fields."""
        return KindInfo.read(self._get(f"/kinds/{segment(code)}"))

    def template(self, code: str, form: str = "xlsx") -> bytes:
        """A sheet to fill in, ``xlsx`` or ``csv``."""
        accept = XLSX if form == "xlsx" else "text/csv"
        return self._raw(f"/kinds/{segment(code)}/template", accept, format=form)

    def reasons(self) -> list[Document]:
        """Coded reasons of changes."""
        return [each.value for each in self._get("/reasons").each("items")]

    def audit_credential(self, id_: str, *, as_of: str = "") -> Document:
        """The life of a credential (commitment or attestation id) as the site read it, whole.

        ``as_of``: as known then, an RFC 3339 time or the number of a block.
        """
        return self._life(f"/audit/credentials/{segment(id_)}", as_of)

    def audit_issuer(self, number: int, *, as_of: str = "") -> Document:
        """The life of an institution as the site read it, whole."""
        return self._life(f"/audit/issuers/{number}", as_of)

    def institutions(self) -> list[Document]:
        """Institutions that have a name at the site: whom tokens may be for."""
        return [each.value for each in self._get("/institutions").each("items")]

    def issuers(self) -> Iterator[Institution]:
        """Every institution."""
        return self._pages("/issuers", Institution.read, {})

    def issuer(self, number: int) -> Institution:
        """One institution: names, keys, accreditations."""
        return Institution.read(self._get(f"/issuers/{number}"))

    def accredit(
        self, number: int, kind: str, *, until: str = "", accreditor: bool = False, key: str = ""
    ) -> Operation:
        """Accredit an institution below the caller's own for a kind."""
        wish = {"kind": kind, "accreditor": accreditor} | ({"until": until} if until else {})
        return Operation.read(self._post(f"/issuers/{number}/accreditations", wish, key=key))

    def change_accreditation(self, number: int, kind: str, verb: str, reason: str, *, key: str = "") -> Operation:
        """``suspend``, ``resume`` or ``revoke`` an accreditation that the caller's institution gave."""
        path = f"/issuers/{number}/accreditations/{segment(kind)}/{segment(verb)}"
        return Operation.read(self._post(path, {"reason": reason}, key=key))

    def operation(self, id_: str) -> Operation:
        """An act of accreditation as it is now."""
        return Operation.read(self._get(f"/operations/{segment(id_)}"))

    def tokens(self) -> Iterator[TokenInfo]:
        """Every token of the site, without secrets."""
        return self._pages("/tokens", TokenInfo.read, {})

    def new_token(
        self, name: str, role: str, *, days: int, institution: str = "", scopes: Sequence[str] = (), key: str = ""
    ) -> TokenInfo:
        """Make a token; its ``secret`` is in this answer only.

        If that answer was lost and the call repeated, ``secret`` is empty: revoke the token and make another.
        """
        wish: dict[str, object] = {"name": name, "role": role, "days": days}
        wish |= {"institution": institution} if institution else {}
        wish |= {"scopes": list(scopes)} if scopes else {}
        return TokenInfo.read(self._post("/tokens", wish, key=key))

    def revoke_token(self, id_: str) -> None:
        """Make a token useless from now on."""
        self._transport.ask("DELETE", f"/tokens/{segment(id_)}")

    def queue(self) -> Document:
        """How far the site is with what it accepted."""
        return self._get("/queue").value

    def _life(self, path: str, as_of: str) -> Document:
        """All pages of a trail put together. The site reads each page anew: the block of the first one is told."""
        first = self._get(path, as_of=as_of, limit=PAGE)
        entries: list[object] = [each.value for each in first.each("entries")]
        cursor, seen = first.maybe_text("next"), set[str]()
        while cursor is not None and cursor not in seen:
            seen.add(cursor)
            page = self._get(path, as_of=as_of, limit=PAGE, cursor=cursor)
            entries += [each.value for each in page.each("entries")]
            cursor = page.maybe_text("next")
        return {name: value for name, value in first.value.items() if name != "next"} | {"entries": entries}
