"""An invented journal with an issue and its papers, and invented patents."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from _demo.numbers import issn, patent_number


@dataclass(frozen=True, slots=True)
class Journal:
    """A monthly journal."""

    zh: str
    en: str
    cn: str
    issn: str
    frequency: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of an issue. ``authors`` in order; the first one is the corresponding author."""

    title: str
    title_en: str
    authors: tuple[str, ...]
    affiliation: str
    pages: str
    doi: str
    received: dt.date
    abstract: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue with its contents in page order."""

    journal: Journal
    year: int
    volume: int
    number: int
    published: dt.date
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Patent:
    """A granted patent. ``kind`` agrees with the fifth digit of ``number``."""

    number: str
    grant_number: str
    kind: str
    title: str
    inventors: tuple[str, ...]
    owners: tuple[str, ...]
    applied: dt.date
    granted: dt.date


JOURNAL: Final = Journal(
    zh="材料智能与工艺",
    en="Materials Intelligence and Processing",
    cn="CN37-5991/TB",
    issn=issn("2999051"),
    frequency="月刊",
)


def _paper(number: int, pages: str, title: str, title_en: str, authors: str, abstract: str, keywords: str) -> Paper:
    return Paper(
        title=title,
        title_en=title_en,
        authors=tuple(authors.split()),
        affiliation="澜城大学 材料学院，澜城 379900",
        pages=pages,
        doi=f"10.99999/miap.2026.03.{number:03d}",
        received=dt.date(2025, 10, 8 + number),
        abstract=abstract,
        keywords=tuple(keywords.split()),
    )


ISSUE: Final = Issue(
    journal=JOURNAL,
    year=2026,
    volume=12,
    number=3,
    published=dt.date(2026, 3, 15),
    papers=(
        _paper(
            1,
            "1-12",
            "面向增材制造的铝合金熔池状态识别方法",
            "Recognising melt pool states in additive manufacturing of aluminium alloys",
            "顾清扬 秦望舒 陆知微",
            "熔池状态直接影响成形质量。本文提出一种由同轴图像与声信号共同驱动的识别方法，在自建的四类工况数据上与三种"
            "常用方法比较，并讨论了采样频率、镜头污染和光照变化对结果的影响。结果表明，该方法在漏检代价较高的场合更为稳妥。",
            "增材制造 熔池 状态识别 铝合金",
        ),
        _paper(
            2,
            "13-24",
            "高温环境下纤维复合材料层间强度的衰减规律",
            "Decay of interlaminar strength of fibre composites at high temperature",
            "沈怀瑾 韦安然",
            "针对长期服役于高温环境的纤维复合材料，开展了六个温度水平、四个时间水平的层间剪切试验，给出强度衰减的经验式，"
            "并以断口形貌解释了两个阶段的转折。试验原始记录随文公开。",
            "复合材料 层间强度 高温 衰减规律",
        ),
        _paper(
            3,
            "25-33",
            "职业技能培训中的工艺知识图谱构建与应用",
            "Building and using process knowledge graphs in vocational training",
            "范景行 陶若兰 龚承泽 严书瑶",
            "以三个工种的培训教材为语料，构建工艺知识图谱，并在两期培训班中用于出题与答疑。对照结果显示，学员在工序排序题"
            "上的正确率有所提高；本文同时报告了未见改善的题型。",
            "知识图谱 技能培训 工艺",
        ),
        _paper(
            4,
            "34-41",
            "薄壁件铣削颤振的在线抑制",
            "On-line suppression of chatter in milling thin-walled parts",
            "郝星河 黎南乔",
            "本文给出一种不依赖额外传感器的颤振判据，以主轴电流的短时能量触发转速微调，在两种薄壁件上进行了验证。",
            "铣削 颤振 薄壁件",
        ),
        _paper(
            5,
            "42-50",
            "退役风电叶片回收纤维的再利用评价",
            "Assessing the reuse of fibres recovered from retired wind turbine blades",
            "钟致远 雷亦凡 侯乐之",
            "比较了热解与溶剂两种回收路线所得纤维的残余强度与碳排放，提出分级使用的建议，并指出现有评价方法的三点不足。",
            "回收纤维 风电叶片 再利用",
        ),
    ),
)

PATENTS: Final = (
    Patent(
        number=patent_number(2024, 1, 123456),
        grant_number="CN118123456B",
        kind="发明",
        title="一种增材制造熔池状态的在线监测装置及方法",
        inventors=("顾清扬", "秦望舒", "贺北辰"),
        owners=("澜城大学",),
        applied=dt.date(2024, 2, 6),
        granted=dt.date(2026, 1, 20),
    ),
    Patent(
        number=patent_number(2025, 2, 765432),
        grant_number="CN223765432U",
        kind="实用新型",
        title="一种薄壁零件铣削夹具",
        inventors=("郝星河", "黎南乔"),
        owners=("澜城大学", "澜城精工有限公司"),
        applied=dt.date(2025, 3, 11),
        granted=dt.date(2025, 12, 2),
    ),
)
