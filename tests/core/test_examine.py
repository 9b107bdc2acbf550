"""Whole examinations as stories. The table of all cases is ``tests/vectors/verification.json``; precedence is proven here."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from _vectors import bundles, trust_files
from chopmark.core.bundle import open_bundle, write_bundle
from chopmark.core.examine import (
    ChainFacts,
    ChainSilence,
    FileFacts,
    FileMatch,
    IssuerFacts,
    RegisteredAt,
    Subject,
    conclude,
    examine,
    examine_offline,
)
from chopmark.core.reference import AttestationId, issuer_id
from chopmark.core.transaction import BlockRef
from chopmark.core.trust import TrustFile, read_trust
from chopmark.core.verdict import Level, Part, State, Verdict
from chopmark.core.words import BatchRecord, KeyRecord, Role, Standing
from chopmark.kinds.load import load_kinds
from chopmark.wording import Language, Wording

TRUST = read_trust(json.dumps(trust_files.document()).encode())
BUNDLE = bundles.good()["a degree in a batch of 13"]
DATA = write_bundle(BUNDLE)
NOW, REGISTERED = 1_790_000_000, 1_787_000_000
BLOCK = BlockRef(2_000, b"\xbb" * 32, NOW)
BATCH = BatchRecord("degree", 1, 13, 1, 4, 1_000, REGISTERED)
KEY = KeyRecord(1, Role.ATTEST | Role.STATUS, REGISTERED - 9)
ISSUER = IssuerFacts(
    2, "东方理工大学", "Eastern Institute of Technology", "12100000400002259P", "https://x.example", Standing.LIVE
)
GOOD = ChainFacts(BLOCK, BATCH, KEY, issuer=ISSUER)
ORIGINAL = FileFacts("original.pdf", bundles.ORIGINAL.size, bundles.ORIGINAL.sha256, "application/pdf")
SCAN = FileFacts("scan.jpg", 9, b"\x01" * 32, "image/jpeg")
KINDS = load_kinds()
DEGREE = KINDS["degree"]


def subject(**changes: Any) -> Subject:
    known: dict[str, Any] = {"file": ORIGINAL, "bundle": DATA, "trust": TRUST, "kind_of": KINDS.get}
    return Subject(**(known | changes))


def said(examination, language=Language.EN):
    return [finding.say(language) for finding in examination.findings]


def test_an_original_and_its_bundle_are_verified():
    found = examine(subject(), GOOD)
    assert (found.verdict, found.level, found.match) == (Verdict.VERIFIED, Level.EXACT, FileMatch.EXACT)
    assert said(found) == ["File identical to the registered original"]
    assert [fragment.part for fragment in found.fragments] == list(Part)
    assert found.attested == dict(bundles.DEGREE)
    assert found.attestation == BUNDLE.attestation
    assert found.registered_at == RegisteredAt(1_000, REGISTERED)
    assert found.read_at == BLOCK
    assert found.chain_id == 31_337
    assert found.issuer == ISSUER
    assert found.issuer_id == bundles.ISSUER
    assert found.kind == "degree"


def test_offline_says_which_record_is_to_be_read():
    wanted = examine_offline(subject()).wanted
    assert wanted is not None
    assert wanted.chain is TRUST.chains[0]
    assert wanted.registry is TRUST.chains[0].registries[0]
    assert (wanted.issuer, wanted.kind, wanted.root) == (bundles.ISSUER, "degree", BUNDLE.anchor.root)
    assert wanted.index == BUNDLE.proof.index


def test_one_reading_serves_after_the_other():
    offline = examine_offline(subject())
    assert conclude(offline, GOOD).verdict is Verdict.VERIFIED
    assert conclude(offline, ChainSilence("timeout")).verdict is Verdict.CANNOT_CHECK
    assert conclude(offline, GOOD) == conclude(offline, GOOD)


def test_a_silent_chain_is_never_valid_and_never_invalid():
    found = examine(subject(), ChainSilence(Wording("连接被拒绝", "connection refused")))
    assert found.fragment(Part.STATUS).state is State.COULD_NOT_CHECK
    assert "Chain unreachable; result unknown, not failed: connection refused" in said(found)
    assert "区块链节点不可达，结果未知（未判定为不通过）：连接被拒绝" in said(found, Language.ZH)
    assert found.read_at is None


def test_a_bundle_cannot_bring_its_own_trust():
    for trust in (None, TrustFile(), TrustFile((replace(TRUST.chains[0], chain_id=1),))):
        found = examine(subject(trust=trust), GOOD)
        assert found.verdict is Verdict.CANNOT_CHECK
        assert "V012" in [finding.code for finding in found.findings]
        assert found.read_at is None


def test_who_is_not_trusted_is_named():
    (told,) = [text for text in said(examine(subject(trust=TrustFile()))) if "chain" in text]
    assert f"31337 (registry 0x{bundles.REGISTRY.hex()})" in told
    assert "the trust file lists no chain" in told
    assert "devnet 31337" in " ".join(said(examine(subject(bundle=_elsewhere()))))


def _elsewhere():
    return write_bundle(replace(BUNDLE, anchor=replace(BUNDLE.anchor, registry=b"\x99" * 20)))


def test_an_issuer_of_another_registry_has_no_right():
    """FAULTS 36: the bundle is sound in itself, and its issuer id belongs to nobody whom this registry knows."""
    stranger = issuer_id(b"\x77" * 32, 2)
    made = bundles.credential("stranger", issuer=stranger)
    from chopmark.core.batch import arrange
    from chopmark.core.bundle import Anchor, Bundle

    batch = arrange("degree", stranger, [made.commitment])
    bundle = Bundle(Anchor(31_337, bundles.REGISTRY, batch.root), made.payload, made.disclosures, batch.proof(0))
    found = examine(subject(file=None, bundle=write_bundle(bundle)), GOOD)
    assert found.verdict is Verdict.ISSUER_NOT_AUTHORISED
    assert found.fragment(Part.ISSUER).state is State.INVALID
    assert [finding.code for finding in found.findings] == ["V008"]
    assert found.read_at is None


def test_a_revocation_tells_day_reason_and_whom_to_ask():
    found = examine(subject(), replace(GOOD, revoked=True, status_reason=3, status_time=NOW))
    assert "Revoked on 2026-09-21, reason: decision after misconduct" in said(found)
    assert "已于2026-09-21撤销，原因：处分决定" in said(found, Language.ZH)
    (finding,) = found.fragment(Part.STATUS).findings
    assert finding.next_step(Language.ZH) == "请联系签发机构东方理工大学，或更换材料"


def test_a_revocation_without_its_event_is_one_all_the_same():
    found = examine(subject(), replace(GOOD, revoked=True, issuer=None))
    assert found.verdict is Verdict.REVOKED
    assert "Revoked on …, reason: …" in said(found)
    assert "No. 2" in found.findings[-1].next_step(Language.EN)


def test_a_superseded_credential_names_its_successor():
    successor = AttestationId(31_337, bundles.REGISTRY, b"\xcd" * 32, 7)
    found = examine(subject(), replace(GOOD, revoked=True, superseded=True, successor=successor, status_time=NOW))
    assert f"Superseded on 2026-09-21, use version {successor}" in said(found)


def test_a_compromise_is_judged_by_the_blocks_time():
    """FAULTS 39: the thief may write any date into the credential; the block's time is not his."""
    for since, verdict in (
        (REGISTERED - 1, "manual_review"),
        (REGISTERED, "manual_review"),
        (REGISTERED + 1, "verified"),
    ):
        key = replace(KEY, compromised_since=since, reported=NOW)
        assert examine(subject(), replace(GOOD, key=key)).verdict == verdict


def test_a_retired_key_is_told_beside_the_verdict():
    found = examine(subject(), replace(GOOD, key=replace(KEY, retired=NOW)))
    assert found.verdict is Verdict.VERIFIED
    assert [finding.code for finding in found.later] == ["V009"]


def test_an_issuer_suspended_today_does_not_undo_what_it_did():
    """DOMAIN scenario 5: entries of 2024 stand."""
    found = examine(subject(), replace(GOOD, issuer=replace(ISSUER, standing=Standing.SUSPENDED, since=NOW)))
    assert found.verdict is Verdict.VERIFIED
    assert "已中止（自2026-09-21）" in " ".join(said(found, Language.ZH))


@pytest.mark.parametrize("standing", [standing for standing in Standing if standing is not Standing.LIVE])
def test_every_standing_but_live_is_told_in_words(standing):
    found = examine(subject(), replace(GOOD, issuer=replace(ISSUER, standing=standing)))
    (told,) = found.later
    assert told.say(Language.EN).count("…") == 1  # since when is not known here


def test_registration_long_after_the_printed_date_is_told():
    late = bundles.good()["a date of ten years ago"]
    facts = replace(GOOD, batch=replace(BATCH, size=1))
    found = examine(subject(file=None, bundle=write_bundle(late)), facts)
    assert found.verdict is Verdict.VERIFIED
    assert "Registered 10 years after the printed date" in said(found)[0]


@pytest.mark.parametrize(("date", "codes"), [("2025-08-18", ["V016"]), ("2025-08-19", []), ("2027-01-01", [])])
def test_one_full_year_is_told_and_a_day_less_is_not(date, codes):
    """The batch below was registered on 18 August 2026, as people count days in China."""
    made = bundles.bundled(bundles.credential("year", {"graduation_date": date}))
    found = examine(subject(file=None, bundle=write_bundle(made)), replace(GOOD, batch=replace(BATCH, size=1)))
    assert [finding.code for finding in found.findings] == codes


@pytest.mark.parametrize("date", ["2026", "", "2026-02-30", "30.06.2016"])
def test_a_date_that_is_none_says_nothing_about_registration(date):
    made = bundles.bundled(bundles.credential("date", {"graduation_date": date}))
    found = examine(subject(file=None, bundle=write_bundle(made)), replace(GOOD, batch=replace(BATCH, size=1)))
    assert found.findings == ()


def test_a_scan_needs_eyes_and_the_fields_are_named():
    """DOMAIN scenario 3."""
    found = examine(subject(file=SCAN), GOOD)
    assert (found.verdict, found.level) == (Verdict.MANUAL_REVIEW, Level.NONE)
    assert "姓名" in said(found, Language.ZH)[0]
    with_fields = examine(subject(file=SCAN, declared={"holder_name": "王莉"}), GOOD)
    assert (with_fields.verdict, with_fields.level) == (Verdict.PARTLY_VERIFIED, Level.FIELDS)
    other = examine(subject(file=SCAN, declared={"holder_name": "王丽"}), GOOD)
    assert other.verdict is Verdict.MISMATCH
    assert "V007" in [finding.code for finding in other.findings]


def test_a_file_that_nobody_knows_is_not_called_false():
    """DOMAIN scenario 4."""
    coverage = Wording("该机构自2024-01-01起登记学历学位", "coverage begins 2024-01-01")
    found = examine(subject(bundle=None, coverage=coverage, indexed=True))
    assert found.verdict is Verdict.NOT_REGISTERED
    assert "Not registered; this is not proof of falsity. coverage begins 2024-01-01" in said(found)
    assert any("This site's index does not know" in line for line in said(examine(subject(bundle=None, indexed=True))))


def test_what_nobody_looked_for_is_not_missing():
    found = examine(subject(bundle=None, indexed=False))
    assert found.verdict is Verdict.CANNOT_CHECK
    assert [finding.code for finding in found.findings] == ["V014"]


def test_coverage_is_told_when_the_chain_knows_nothing_either():
    nothing = replace(GOOD, batch=None)
    assert "As of block 2000 the chain holds no such attestation" in " ".join(said(examine(subject(), nothing)))
    assert "自2024年起" in " ".join(said(examine(subject(coverage="自2024年起"), nothing), Language.ZH))


def test_a_broken_bundle_says_where_it_broke():
    found = examine(subject(bundle=DATA + b"\n", bundle_name="a.chopmark.json"))
    (finding,) = found.findings
    assert "The bundle: it is not in canonical form (RFC 8785)" in finding.say(Language.EN)
    assert finding.place.file == "a.chopmark.json"
    proof = examine(subject(bundle=bundles.bad()["another root"][0]))
    assert "lead to another root" in proof.findings[0].say(Language.EN)


def test_an_issuer_is_called_by_whatever_name_it_has():
    assert ISSUER.name.zh == "东方理工大学"
    assert IssuerFacts(2, name_en="EIT").name.zh == "EIT"
    assert IssuerFacts(2).name.en == "No. 2"


# ---- precedence: every ground beside every other

BROKEN = replace(GOOD, batch=replace(BATCH, kind="paper"))
STATUSES: dict[str, dict[str, Any]] = {
    "revoked": {"revoked": True},
    "superseded": {"revoked": True, "superseded": True},
    "suspended": {"suspended": True},
    "verified": {},
}
FILES: dict[str, dict[str, Any]] = {
    "verified": {"file": ORIGINAL},
    "mismatch": {"file": replace(ORIGINAL, sha256=b"\x02" * 32)},
    "cannot_check": {"file": replace(ORIGINAL, sha256=b"\x02" * 32, trouble="encrypted")},
    "manual_review": {"file": SCAN},
    "partly_verified": {"file": SCAN, "declared": {"holder_name": "王莉"}},
}
KEYS: dict[str, dict[str, Any]] = {
    "verified": {"key": KEY},
    "manual_review": {"key": replace(KEY, compromised_since=REGISTERED)},
    "cannot_check": {"key": None},
}


@pytest.mark.parametrize(("status", "file", "key"), product(STATUSES, FILES, KEYS))
def test_of_several_grounds_the_first_in_the_order_is_the_verdict(status, file, key):
    facts = replace(GOOD, **STATUSES[status], **KEYS[key])
    order = [str(verdict) for verdict in Verdict]
    expected = min((status, file, key), key=order.index)
    assert examine(subject(**FILES[file]), facts).verdict == expected


@pytest.mark.parametrize("file", FILES)
def test_whatever_the_file_silence_outranks_absence_and_no_refutation(file):
    order = [str(verdict) for verdict in Verdict]
    silent = examine(subject(**FILES[file]), ChainSilence("x")).verdict
    absent = examine(subject(**FILES[file]), replace(GOOD, batch=None)).verdict
    assert silent == min((file, "cannot_check"), key=order.index)
    assert absent == min((file, "not_registered"), key=order.index)


@pytest.mark.parametrize("status", STATUSES)
def test_a_record_of_something_else_outranks_its_status(status):
    assert examine(subject(), replace(BROKEN, **STATUSES[status])).verdict is Verdict.MISMATCH


@pytest.mark.parametrize("language", Language)
def test_no_sentence_says_forged_or_leaves_a_place_open(language):
    facts = replace(GOOD, revoked=True, status_reason=1, status_time=NOW)
    for file, key in product(FILES.values(), KEYS.values()):
        changed = {name: replace(value, reported=NOW) if value else value for name, value in key.items()}
        for text in said(examine(subject(**file), replace(facts, **changed)), language):
            assert "…" not in text
            assert not any(word in text.lower() for word in ("forged", "fake", "伪造", "造假"))


def test_the_opened_bundle_is_at_hand_for_whoever_goes_on():
    offline = examine_offline(subject())
    assert offline.opened == open_bundle(BUNDLE)
    assert offline.kind is DEGREE
