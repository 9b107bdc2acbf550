"""A sentence and a next step for every error of the contracts; ``tests/chain/test_refusals.py`` finds those without.

Keyed by the error's signature, because two registries use one name for two errors. Facts are the error's own arguments.
"""

from __future__ import annotations

from chopmark.wording import Wording

_ASK_AUTHORITY = ("请联系授权机构", "Ask the accrediting authority")
_CHECK_ID = ("请核对编号与所连接的链", "Check the id, and which chain is connected")
_USE_CONTROLLER = ("请用 --by 指定该机构的控制密钥", "Sign with the node's controller key: --by")
_NOTHING_TO_DO = ("无需再次操作", "Nothing needs to be done")
_BUG = ("这是程序缺陷，请连同此信息报告", "This is a defect of the program: report it with this text")

SAID: dict[str, Wording] = {
    # Who acts
    "NotAuthority(address)": Wording(
        "{caller} 不是根授权机构",
        "{caller} is not the root authority",
        "请用根授权机构的密钥",
        "Use the root authority's key",
    ),
    "NotPendingAuthority(address)": Wording(
        "根授权机构并未移交给 {caller}", "the root authority's office was not offered to {caller}", *_ASK_AUTHORITY
    ),
    "NotController(bytes32,address)": Wording(
        "{caller} 不是{node}的控制密钥", "{caller} is not the controller of {node}", *_USE_CONTROLLER
    ),
    "NotPendingController(bytes32,address)": Wording(
        "{node}并未移交给 {caller}",
        "{node} was not offered to {caller}",
        "请先由现控制密钥移交",
        "Let its controller offer it first",
    ),
    "NotKeyManager(bytes32,bytes32)": Wording(
        "{actor}无权管理{node}的密钥", "{actor} may not manage the keys of {node}", *_USE_CONTROLLER
    ),
    "NotAncestor(bytes32,bytes32,bytes8)": Wording(
        "在“{kind}”上，{actor}不是{node}的上级",
        "{actor} does not stand above {node} for “{kind}”",
        "请由授予该资格的机构或其上级操作",
        "Let the one who accredited it do this, or somebody above",
    ),
    "NotGuardian(bytes32,bytes32,bytes8)": Wording(
        "{node}不是由{actor}或其下级登记的，{actor}不能处置其密钥",
        "{node} was registered neither by {actor} nor below it, so {actor} has no say over its keys",
        "请由该机构的控制密钥、登记它的机构或根授权机构操作",
        "Let its controller, whoever registered it, or the root authority do this",
    ),
    "RankTooLow(bytes32,bytes8,uint8,uint8)": Wording(
        "{node}的“{kind}”资格由更高一级（{restraint} 级）中止或撤销，{rank} 级无权改变",
        "the accreditation of {node} for “{kind}” was restrained from rank {restraint}; rank {rank} cannot undo it",
        "请由作出该决定的机构或其上级操作",
        "Let the one who decided so do this, or somebody above",
    ),
    # Keys
    "KeyUnknown(bytes32,address)": Wording(
        "{key} 不是{node}的密钥",
        "{key} is not a key of {node}",
        "请用控制密钥添加：chopmark key add",
        "Add it with the controller key: chopmark key add",
    ),
    "KeyKnown(bytes32,address)": Wording(
        "{key} 已是或曾是{node}的密钥",
        "{key} is or was a key of {node} already",
        "密钥不可重复添加；请另建密钥：chopmark key new",
        "A key is added once only; make another: chopmark key new",
    ),
    "KeyIsRetired(bytes32,address,uint40)": Wording(
        "{node}的密钥 {key} 已于 {retired} 停用",
        "key {key} of {node} was retired on {retired}",
        "请改用在用密钥，或添加新密钥：chopmark key add",
        "Use a live key, or add one: chopmark key add",
    ),
    "KeyIsCompromised(bytes32,address,uint40)": Wording(
        "{node}的密钥 {key} 已报失，自 {since} 起不可信",
        "key {key} of {node} is reported compromised since {since}",
        "请改用在用密钥，或添加新密钥：chopmark key add",
        "Use a live key, or add one: chopmark key add",
    ),
    "RoleMissing(bytes32,address,uint8)": Wording(
        "{node}的密钥 {key} 没有 {role} 权限",
        "key {key} of {node} does not have the role {role}",
        "请改用有此权限的密钥",
        "Use a key that has the role",
    ),
    "RolesInvalid(uint8)": Wording(
        "权限组合 {roles} 无效",
        "{roles} is no combination of roles",
        "可选：attest、status、delegate、accredit",
        "Known: attest, status, delegate, accredit",
    ),
    "TooManyKeys(bytes32)": Wording(
        "{node}的密钥数已达上限 65535", "{node} has had 65,535 keys, the most there can be", *_ASK_AUTHORITY
    ),
    "CompromiseOutOfRange(uint40,uint40,uint40)": Wording(
        "报失时间 {since} 须在密钥启用（{from}）与现在（{latest}）之间",
        "a compromise since {since} must lie between the key's start ({from}) and now ({latest})",
        "请更正时间",
        "Correct the time",
    ),
    "CompromiseNotEarlier(uint40,uint40)": Wording(
        "该密钥已报失，起始时间 {present} 不晚于 {since}",
        "the key is already reported compromised since {present}, which is not later than {since}",
        "报失时间只能提前",
        "The time can only be moved back",
    ),
    # Accreditation
    "NotGranted(bytes32,bytes8)": Wording(
        "{node}未获“{kind}”的登记资格", "{node} is not accredited for “{kind}”", *_ASK_AUTHORITY
    ),
    "GrantNotStarted(bytes32,bytes8,uint40)": Wording(
        "{node}的“{kind}”资格自 {from} 起生效",
        "the accreditation of {node} for “{kind}” starts on {from}",
        "请届时再试",
        "Try again then",
    ),
    "GrantExpired(bytes32,bytes8,uint40)": Wording(
        "{node}的“{kind}”资格已于 {until} 到期",
        "the accreditation of {node} for “{kind}” ended on {until}",
        *_ASK_AUTHORITY,
    ),
    "GrantRevoked(bytes32,bytes8,uint40)": Wording(
        "{node}的“{kind}”资格已于 {since} 撤销",
        "the accreditation of {node} for “{kind}” was revoked on {since}",
        *_ASK_AUTHORITY,
    ),
    "GrantSuspended(bytes32,bytes8,uint40)": Wording(
        "{node}的“{kind}”资格自 {since} 起中止",
        "the accreditation of {node} for “{kind}” is suspended since {since}",
        *_ASK_AUTHORITY,
    ),
    "GrantLacks(bytes32,bytes8,uint8)": Wording(
        "{node}的“{kind}”资格不含 {flags}",
        "the accreditation of {node} for “{kind}” does not include {flags}",
        *_ASK_AUTHORITY,
    ),
    "StartsInPast(uint40,uint40)": Wording(
        "资格起始时间 {from} 早于现在（{earliest}）",
        "an accreditation from {from} begins in the past (now {earliest})",
        "省略起始时间即为立即生效",
        "Leave the start out to begin now",
    ),
    "EndsBeforeStart(uint40,uint40)": Wording(
        "资格到期时间 {until} 不晚于起始时间 {from}",
        "an accreditation until {until} ends before it starts ({from})",
        "请更正日期",
        "Correct the dates",
    ),
    "FlagsInvalid(uint8)": Wording(
        "资格类别 {flags} 无效",
        "{flags} is no accreditation",
        "可选：登记、再授权",
        "Choose attesting, accrediting or both",
    ),
    "TooDeep(uint8,uint8)": Wording(
        "授权层级 {depth} 超过上限 {limit}",
        "{depth} levels of accreditation exceed the limit of {limit}",
        "请由更高一级授权",
        "Let somebody higher up accredit",
    ),
    "DepthFixed(bytes32,bytes8,uint8,uint8)": Wording(
        "{node}曾是“{kind}”的授权机构，层级固定为 {depth}，不能改为 {wanted}",
        "{node} is or was an accreditor for “{kind}”: its level stays {depth} and cannot become {wanted}",
        "请由其原上级或更高一级操作",
        "Let its parent do this, or somebody above that",
    ),
    "NotSuspended(bytes32,bytes8)": Wording(
        "{node}的“{kind}”资格并未中止", "the accreditation of {node} for “{kind}” is not suspended", *_NOTHING_TO_DO
    ),
    "SuspensionStands(bytes32,bytes8,uint8)": Wording(
        "{node}的“{kind}”资格已由 {restraint} 级中止",
        "the accreditation of {node} for “{kind}” is suspended already, from rank {restraint}",
        *_NOTHING_TO_DO,
    ),
    "RevocationStands(bytes32,bytes8,uint8)": Wording(
        "{node}的“{kind}”资格已由 {restraint} 级撤销",
        "the accreditation of {node} for “{kind}” is revoked already, from rank {restraint}",
        *_NOTHING_TO_DO,
    ),
    # Arguments of the issuer registry
    "NodeUnknown(bytes32)": Wording("链上没有{node}", "the chain has no {node}", *_CHECK_ID),
    "KindZero()": Wording("未指明类别", "no kind is given", "请用 --kind 指定类别", "Name one with --kind"),
    "AddressZero()": Wording("未指明地址", "no address is given", "请指定密钥", "Name a key"),
    "SiteTooLong(uint256,uint256)": Wording(
        "网址有 {length} 字节，上限 {limit}",
        "the site's address has {length} bytes, more than {limit}",
        "请用更短的网址",
        "Use a shorter one",
    ),
    "ClockOutOfRange(uint256)": Wording(
        "链的时钟 {time} 不是秒", "the chain's clock {time} does not count seconds", *_BUG
    ),
    # AttestationRegistry
    "NoIssuerRegistry(address)": Wording(
        "地址 {given} 上没有机构登记合约", "there is no issuer registry at {given}", *_CHECK_ID
    ),
    "BatchUnknown(bytes32,bytes32)": Wording(
        "{issuer}没有登记过批次 {root}", "{issuer} has not attested the batch {root}", *_CHECK_ID
    ),
    "BatchKnown(bytes32,bytes32)": Wording(
        "{issuer}已登记过批次 {root}", "{issuer} has attested the batch {root} already", *_NOTHING_TO_DO
    ),
    "RootZero()": Wording("批次根为零", "the batch's root is zero", *_BUG),
    "SizeZero()": Wording("批次为空", "the batch is empty", *_BUG),
    "AlgorithmUnknown(uint8)": Wording(
        "哈希算法 {algorithm} 不可识别", "hash algorithm {algorithm} is not known", *_BUG
    ),
    "NotStatusOp(uint8)": Wording("{op} 不是状态操作", "{op} is no change of status", *_BUG),
    "NoChanges()": Wording("没有指明任何凭证", "no credential is named", *_BUG),
    "WordsNotAscending(uint256,uint256)": Wording(
        "状态字 {word} 不在 {previous} 之后", "status word {word} does not follow {previous}", *_BUG
    ),
    "MaskEmpty(uint256)": Wording("状态字 {word} 未指明任何凭证", "status word {word} names no credential", *_BUG),
    "MaskPastSize(uint256,uint256,uint40)": Wording(
        "所指凭证超出批次（状态字 {word}，批次共 {size} 份）",
        "status word {word} names credentials past the batch's {size}",
        *_BUG,
    ),
    "AlreadyRevoked(uint256,uint256)": Wording(
        "所指凭证中有已撤销的（状态字 {word}）；撤销不可更改",
        "some of the credentials are revoked already (status word {word}); that is final",
        "请查看状态：chopmark audit credential",
        "See their status: chopmark audit credential",
    ),
    "AlreadySuspended(uint256,uint256)": Wording(
        "所指凭证中有已中止的（状态字 {word}）",
        "some of the credentials are suspended already (status word {word})",
        "请查看状态：chopmark audit credential",
        "See their status: chopmark audit credential",
    ),
    "NotSuspended(uint256,uint256)": Wording(
        "所指凭证中有并未中止的（状态字 {word}）",
        "some of the credentials are not suspended (status word {word})",
        "请查看状态：chopmark audit credential",
        "See their status: chopmark audit credential",
    ),
    "IndexPastSize(uint256,uint256)": Wording(
        "第 {index} 份超出批次（共 {size} 份）", "index {index} is past the batch's {size}", *_CHECK_ID
    ),
    "KindDiffers(bytes8,bytes8)": Wording(
        "类别不同：“{oldKind}”与“{newKind}”",
        "the kinds differ: “{oldKind}” and “{newKind}”",
        "更正后的凭证须为同一类别",
        "A credential is replaced by one of the same kind",
    ),
    "SupersedesItself(bytes32,uint40)": Wording(
        "凭证不能更正为它自己", "a credential does not supersede itself", *_CHECK_ID
    ),
    # Delegation
    "NoRegistry(address)": Wording(
        "地址 {given} 上没有存证登记合约", "there is no attestation registry at {given}", *_CHECK_ID
    ),
    "Expired(uint40,uint256)": Wording(
        "签名已于 {deadline} 失效（链上时间 {now}）",
        "the signature was good until {deadline}; the chain's time is {now}",
        "请重新签名",
        "Sign it anew",
    ),
    "SignatureInvalid(address)": Wording(
        "签名不是 {signer} 对此内容、此链、此合约所签",
        "the signature is not {signer}'s for this message, chain and contract",
        "请核对签名密钥与信任文件，然后重新签名",
        "Check the signing key and the trust file, then sign it anew",
    ),
    "Replayed(bytes32)": Wording(
        "该签名的状态变更已执行过（{digest}）",
        "the change of status that was signed has been carried out already ({digest})",
        "若要再次变更，请重新签名",
        "To do it again, sign anew",
    ),
    # InclusionVerifier
    "AlgorithmDiffers(uint8,uint8)": Wording(
        "叶条目的算法 {entryAlgorithm} 与批次的 {batchAlgorithm} 不同",
        "the entry's algorithm {entryAlgorithm} is not the batch's {batchAlgorithm}",
        *_CHECK_ID,
    ),
    "EntryLengthWrong(uint256)": Wording(
        "叶条目有 {length} 字节，应为 74", "the entry has {length} bytes, not 74", *_BUG
    ),
    "EntryUnsupported(uint8,uint8)": Wording(
        "叶条目版本 {version}、算法 {algorithm} 不支持",
        "an entry of version {version} and algorithm {algorithm} is not supported",
        *_BUG,
    ),
    "NotAttested(bytes32,bytes32)": Wording(
        "{issuer}没有登记过批次 {root}", "{issuer} has not attested the batch {root}", *_CHECK_ID
    ),
    "ProofLengthWrong(uint256,uint256,uint256)": Wording(
        "证明有 {length} 个节点，与第 {index} 份（共 {size} 份）不符",
        "a proof of {length} nodes does not lead from index {index} of {size} to the root",
        *_CHECK_ID,
    ),
    "RootMismatch(bytes32,bytes32)": Wording(
        "证明得出根 {computed}，应为 {expected}", "the proof leads to {computed}, not to {expected}", *_CHECK_ID
    ),
    # OpenZeppelin's EIP712 keeps the domain's name so; ours is short
    "InvalidShortString()": Wording("合约的域名称无效", "the contract's domain has no valid name", *_BUG),
    "StringTooLong(string)": Wording("合约的域名称过长（{str}）", "the domain's name is too long ({str})", *_BUG),
    # OpenZeppelin's Multicall and Address
    "AddressEmptyCode(address)": Wording("地址 {target} 上没有合约", "there is no contract at {target}", *_CHECK_ID),
    # An inner call that runs out of gas gives no reason, and nothing else here gives none.
    "FailedCall()": Wording(
        "合并提交的一项操作计算量不足",
        "one of the joined operations runs out of gas",
        "请减少一次提交的数量",
        "Submit less at a time",
    ),
    # The compiler's own
    "Error(string)": Wording("{text}", "{text}", *_BUG),
    "Panic(uint256)": Wording("合约内部错误 {code}", "internal fault {code} of the contract", *_BUG),
    "?": Wording("合约以未知原因拒绝（{data}）", "it gives a reason that is not known here ({data})", *_CHECK_ID),
}
