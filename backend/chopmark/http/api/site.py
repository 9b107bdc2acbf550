"""The site itself: its chain and contracts, coded reasons, and its institutions."""

from __future__ import annotations

from chopmark import __version__
from chopmark.core.ledger import NodeRow
from chopmark.core.reasons import REASONS
from chopmark.core.reference import serial
from chopmark.http.here import Here
from chopmark.http.models.base import Said
from chopmark.http.models.site import (
    ChainOut,
    FinalityOut,
    InstitutionOut,
    InstitutionsOut,
    ReasonOut,
    ReasonsOut,
    RegistriesOut,
    SiteOut,
)
from chopmark.http.routes import PUBLIC, Router, declared
from chopmark.services.issuers import profile_of
from chopmark.wording import Language

router = Router(tags=["site"])


@router.get("/site", **declared(PUBLIC), operation_id="site", summary="本站 · this site")
def site(here: Here) -> SiteOut:
    """Which chain and contracts this site writes to. A trust file from the authority says which to believe."""
    chain, registry = here.site.home_registry
    delegation = registry.delegation
    return SiteOut(
        name=here.site.settings.site_name or chain.name,
        chain=ChainOut(
            name=chain.name,
            chainId=chain.chain_id,
            genesis="0x" + chain.genesis.hex(),
            finality=FinalityOut(rule=chain.finality.rule, depth=chain.finality.depth),
        ),
        registries=RegistriesOut(
            issuer="0x" + registry.issuer_registry.hex(),
            attestation="0x" + registry.attestation_registry.hex(),
            delegation="0x" + delegation.address.hex() if delegation else None,
        ),
        version=__version__,
        languages=[language.value for language in Language],
    )


@router.get("/reasons", **declared(PUBLIC), operation_id="reasons", summary="原因代码 · coded reasons")
def reasons() -> ReasonsOut:
    """Why a status or an accreditation changes. Free text is never written to a chain."""
    return ReasonsOut(
        items=[
            ReasonOut.model_validate(
                {"code": r.code, "name": r.name, "zh": r.wording.zh, "en": r.wording.en, "of": sorted(r.of)}
            )
            for r in REASONS.values()
        ]
    )


@router.get(
    "/institutions",
    **declared("institutions:read"),
    operation_id="institutions",
    summary="本站的机构 · this site's institutions",
)
def institutions(here: Here) -> InstitutionsOut:
    """Their aliases, which tokens name; whether they are accredited yet, and where they sign."""
    with here.site.ledger.read() as tx:
        rows = tx.nodes.list()
    return InstitutionsOut(items=[_institution(row) for row in rows])


def _institution(row: NodeRow) -> InstitutionOut:
    profile = profile_of(row)
    signs = "nowhere" if not row.key else "elsewhere" if row.payer else "here"
    return InstitutionOut.model_validate(
        {
            "alias": row.alias,
            "role": row.role.value,
            "number": None if row.node is None else serial(row.node),
            "name": Said(zh=profile.name_zh, en=profile.name_en or profile.name_zh),
            "signs": signs,
        }
    )
