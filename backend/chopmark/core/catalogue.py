"""Every code that a finding can carry, in two languages with its next step (DOMAIN §8.2; codes are never reused).

V verification · I registration (a row, a field, a file of a registrar) · A audit. A sentence states the fact and never
the blame: nothing here says forged, and nothing here takes absence for falsity.
"""

from __future__ import annotations

from typing import Final

from chopmark.wording import Wording

CATALOGUE: Final[dict[str, Wording]] = {
    "V001": Wording("文件与登记原件逐字节一致", "File identical to the registered original"),
    "V002": Wording(
        "文件不同（可能为扫描件），所比对的登记字段全部一致：{fields}",
        "File differs (probably a scan); all attested fields compared match: {fields}",
        "按本单位规定采信，或向签发机构索取原件文件",
        "Accept by policy, or ask the issuer for the original file",
    ),
    "V003": Wording(
        "字段不一致：{label} 填报“{declared}”，登记“{attested}”",
        "Field differs: {label} declared “{declared}”, attested “{attested}”",
        "请按登记内容更正；如登记有误请申请签发机构更正登记",
        "Correct the form, or ask the issuer to correct its record",
    ),
    "V004": Wording(
        "未登记，不代表虚假。{coverage}",
        "Not registered; this is not proof of falsity. {coverage}",
        "可通过官方网站查验或人工复核",
        "Check on the official site or by hand",
    ),
    "V005": Wording(
        "已于{date}撤销，原因：{reason}",
        "Revoked on {date}, reason: {reason}",
        "请联系签发机构{issuer}，或更换材料",
        "Contact the issuer {issuer}, or replace the item",
    ),
    "V006": Wording(
        "已于{date}更正，请使用新版本{id}",
        "Superseded on {date}, use version {id}",
        "请持有人提供新版本的凭证包",
        "Ask the holder for the new version's bundle",
    ),
    "V007": Wording(
        "登记有效，但持有人与申报人不符：登记“{attested}”，填报“{declared}”",
        "Valid, but it belongs to another holder: attested “{attested}”, declared “{declared}”",
        "请核对姓名和证件号码；曾用名请上传证明",
        "Check name and ID number; a former name needs proof",
    ),
    "V008": Wording(
        "签发时该机构未获授权签发此类材料（机构 {issuer}，类别 {kind}）",
        "Issuer had no accreditation for this type at issue time (issuer {issuer}, kind {kind})",
        "转人工核实机构资质",
        "Check the issuer's authority by hand",
    ),
    "V009": Wording(
        "签发密钥已于{date}停用；本登记在停用前完成，仍有效",
        "The signing key was retired on {date}; this entry predates it and stands",
    ),
    "V010": Wording(
        "签发密钥于{date}报失（自{since}起），此后登记需人工确认",
        "The signing key was reported compromised on {date} (as of {since}); later entries need confirmation",
        "请向签发机构书面确认本登记",
        "Ask the issuer to confirm this entry",
    ),
    "V011": Wording(
        "区块链节点不可达，结果未知（未判定为不通过）：{why}",
        "Chain unreachable; result unknown, not failed: {why}",
        "稍后重试，或检查信任文件中的节点地址",
        "Try again later, or check the node's address in the trust file",
    ),
    "V012": Wording(
        "凭证包声明的链为{other}，不在信任文件所列的链之中（{chain}）",
        "The bundle names chain {other}, which is not among the chains of the trust file ({chain})",
        "请检查信任文件；凭证包不能自带信任",
        "Check the trust file; a bundle cannot bring its own trust",
    ),
    "V013": Wording(
        "凭证包无法通过完整性检查：{why}",
        "The bundle does not pass its integrity check: {why}",
        "请重新索取凭证包",
        "Ask for the bundle again",
    ),
    "V014": Wording(
        "缺少凭证包（盐值），仅凭文件无法比对字段",
        "Credential bundle (salts) missing; fields cannot be compared from the file alone",
        "请持有人提供凭证包，或凭编号向签发机构索取",
        "Ask the holder for the bundle, or the issuer by number",
    ),
    "V015": Wording(
        "登记信息已按持有人请求删除，无法再核验",
        "Data erased on request; it can no longer be verified",
        "请使用其他证明",
        "Use other evidence",
    ),
    "V016": Wording(
        "链上登记时间晚于证书所载日期{years}年（补登：证书{issued_on}，登记{registered_on}）",
        "Registered {years} years after the printed date (back-registration: "
        "printed {issued_on}, registered {registered_on})",
    ),
    "V017": Wording(
        "文件无法读取：{why}",
        "The file cannot be read: {why}",
        "请重新上传完整、未加密的文件",
        "Upload the file again, whole and not encrypted",
    ),
    "V018": Wording(
        "同一文件被用于多项材料：{items}",
        "The same file is used for more than one item: {items}",
        "请按材料拆分后重新提交",
        "Split it and submit one file for each item",
    ),
    "V019": Wording(
        "已于{date}过期",
        "Expired on {date}",
        "请提供有效期内的材料",
        "Provide one that is still valid",
    ),
    "V020": Wording(
        "已于{date}中止，原因：{reason}",
        "Suspended on {date}, reason: {reason}",
        "请等待签发机构{issuer}的复核结果",
        "Wait for the review by the issuer {issuer}",
    ),
    "V021": Wording(
        "凭证包未披露“{label}”，无法比对",
        "This bundle does not disclose {label}; it cannot be compared",
        "请持有人提供披露该项的凭证包",
        "Ask the holder for a bundle that discloses it",
    ),
    "V022": Wording(
        "凭证包本身有效；文件不是登记的原件（可能为扫描件），请人工对照登记字段：{fields}",
        "The bundle itself is good; the file is not the registered original (perhaps a scan): compare by eye: {fields}",
        "逐项对照后用 --declared 填报，或索取原件文件",
        "Compare them and declare them with --declared, or ask for the original file",
    ),
    "V023": Wording(
        "签发机构目前的授权状态：{standing}（自{date}）；不影响授权有效时完成的登记",
        "The issuer's accreditation now: {standing} (since {date}); entries made while it was good stand",
    ),
    "I001": Wording(
        "编号“{number}”重复（首次出现于第{first}行）",
        "Number “{number}” is repeated (first in row {first})",
        "请在表格中删除或更正其中一行；尚未登记任何内容",
        "Remove or correct one of the rows; nothing was registered",
    ),
    "I002": Wording(
        "本批{n}条中{k}条已登记，跳过",
        "{k} of {n} already registered, skipped",
    ),
    "I003": Wording(
        "无权签发“{kind}”，授权范围：{scope}",
        "Not accredited for “{kind}”; accredited for: {scope}",
        "请联系上级授权单位",
        "Ask the parent body",
    ),
    "I004": Wording(
        "链上已确认，本地保存失败；可重跑，不会重复登记",
        "Confirmed on chain, but saving locally failed; run again, nothing is registered twice",
        "请重新运行同一命令",
        "Run the same command again",
    ),
    "I005": Wording(
        "编号“{number}”已在此前批次登记，且内容不同（不同字段：{fields}）",
        "Number “{number}” is registered already in an earlier batch with other content (fields: {fields})",
        "如需更正，请用 chopmark supersede",
        "To correct it, use chopmark supersede",
    ),
    "I006": Wording(
        "编号“{number}”此前已登记，并已撤销或被替代，跳过",
        "Number “{number}” was registered before and revoked or replaced since; skipped",
        "如确需重新登记，请加 --again",
        "To register it anew all the same, add --again",
    ),
    "I010": Wording(
        "必填项为空：{label}",
        "Required field is empty: {label}",
        "请填写该项",
        "Fill it in",
    ),
    "I011": Wording(
        "{label}“{value}”格式不正确：{why}",
        "{label} “{value}” is not well-formed: {why}",
        "请对照原件更正",
        "Compare with the original and correct it",
    ),
    "I012": Wording(
        "{label}“{value}”校验位不符，疑为录入错误",
        "{label} “{value}” has a wrong check digit, probably a typing error",
        "请对照原件逐位核对",
        "Compare it with the original digit by digit",
    ),
    "I013": Wording(
        "{label}“{value}”不是有效日期",
        "{label} “{value}” is not a possible date",
        "请按 年-月-日 填写，例如 2026-06-30",
        "Write year-month-day, for example 2026-06-30",
    ),
    "I014": Wording(
        "{label}过长：{length}个字符，最多{limit}个",
        "{label} is too long: {length} characters, at most {limit}",
        "请缩短该项",
        "Shorten it",
    ),
    "I015": Wording(
        "{label}“{value}”含有不可用的字符：{why}",
        "{label} “{value}” holds characters that cannot be used: {why}",
        "请删除这些字符",
        "Remove them",
    ),
    "I016": Wording(
        "“{value}”不是“{kind}”的字段",
        "“{value}” is not a field of “{kind}”",
        "可用字段：{fields}",
        "Fields: {fields}",
    ),
    "I017": Wording(
        "{label}“{value}”不在可选范围内：{choices}",
        "{label} “{value}” is not one of: {choices}",
        "请改为其中之一",
        "Use one of them",
    ),
    "I018": Wording(
        "{label}“{value}”请留意：{why}",
        "{label} “{value}” is unusual: {why}",
        "请对照原件确认；确认无误可继续",
        "Compare it with the original; if it is right, go on",
    ),
    "I019": Wording(
        "{label}“{value}”与{other}“{other_value}”不符：{why}",
        "{label} “{value}” does not fit {other} “{other_value}”: {why}",
        "请对照原件核对这两项",
        "Compare both with the original",
    ),
    "I020": Wording(
        "表格缺少列：{columns}",
        "The sheet lacks columns: {columns}",
        "请补上这些列；可识别的列名：{known}",
        "Add them; headings that are understood: {known}",
    ),
    "I021": Wording(
        "无法识别的列“{column}”",
        "Column “{column}” is not understood",
        "请改名或删除；可识别的列名：{known}",
        "Rename or remove it; headings that are understood: {known}",
    ),
    "I022": Wording(
        "列“{column}”与列“{other}”都表示{label}",
        "Columns “{column}” and “{other}” both mean {label}",
        "请只保留一列",
        "Keep one of them",
    ),
    "I023": Wording(
        "表格没有数据行",
        "The sheet has no rows",
        "请检查是否选对了文件和工作表",
        "Check that it is the right file and sheet",
    ),
    "I024": Wording(
        "表格无法读取：{why}",
        "The sheet cannot be read: {why}",
        "请另存为 CSV（UTF-8 或 GB18030）或 XLSX 后重试",
        "Save it as CSV (UTF-8 or GB18030) or XLSX and try again",
    ),
    "I025": Wording(
        "单元格是公式错误“{value}”",
        "The cell holds a formula error, “{value}”",
        "请修正公式，或改填文字",
        "Mend the formula, or type the text instead",
    ),
    "I026": Wording(
        "“{value}”已被表格软件当作数字，末几位可能已丢失",
        "“{value}” was taken for a number by the spreadsheet program; its last digits may be lost",
        "请把该列设为“文本”格式，再从原始数据重新填入",
        "Format the column as text and enter it again from the source",
    ),
    "I027": Wording(
        "工作簿有{count}个含数据的工作表，只读取“{read}”",
        "The workbook has {count} sheets with data; only “{read}” was read",
        "如其余工作表也需登记，请合并到一个工作表或分别保存",
        "To register the others too, merge them into one sheet or save each as a file",
    ),
    "I030": Wording(
        "找不到文件“{name}”",
        "File “{name}” is not there",
        "请把文件放入 --files 所指的文件夹，或更正文件名",
        "Put it into the folder given by --files, or correct its name",
    ),
    "I031": Wording(
        "文件“{name}”{why}",
        "File “{name}” {why}",
        "请换用完整、未加密、不超过{limit}MB的文件",
        "Use a whole file that is not encrypted, of at most {limit} MB",
    ),
    "I032": Wording(
        "文件“{name}”被两条记录使用（首次：第{first}行）",
        "File “{name}” is used by two records (first in row {first})",
        "请为每条记录提供各自的文件",
        "Give each record its own file",
    ),
    "I033": Wording(
        "有{count}个文件未被任何一行使用：{names}",
        "{count} files are used by no row: {names}",
        "请检查文件名一列是否写错",
        "Check the column of file names",
    ),
    "A001": Wording(
        "本地库与链不一致：{why}",
        "The local database and the chain differ: {why}",
        "运行 chopmark audit rebuild --repair 以链为准重建",
        "Run chopmark audit rebuild --repair to rebuild it from the chain",
    ),
    "A002": Wording(
        "自检通过：{events}条事件，{heads}个历史头全部一致",
        "Self-check passed: {events} events, all {heads} history heads equal",
    ),
}
"""Code → sentence and next step."""
