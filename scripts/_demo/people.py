"""Invented graduates."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Final

from _demo.numbers import certificate_number, degree_number, resident_id

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
)
_COMPOUND: Final = ("欧阳", "上官", "诸葛", "司徒")
_GIVEN: Final = (
    "晨曦宇航梓涵雨桐思远文博嘉怡浩然欣妍子墨明轩诗琪俊杰雪莹志强晓燕天佑婉清泽凯静雯建国若兰承泽书瑶景行"
    "知微怀瑾云舒望舒致远行健安然清扬乐之亦凡南乔北辰星河"
)
_DOTTED: Final = ("阿依努尔·萨比尔", "迪丽拜尔·吾买尔", "叶尔兰·巴合提")
"""Names with a dot, as a name list of any size holds some."""

_MAJORS: Final = (
    ("材料科学与工程", "工学"),
    ("计算机科学与技术", "工学"),
    ("土木工程", "工学"),
    ("临床药学", "理学"),
    ("应用化学", "理学"),
    ("会计学", "管理学"),
    ("汉语言文学", "文学"),
    ("法学", "法学"),
)
_AGE: Final = {"本科": 22, "硕士": 25, "博士": 29}
_DEGREES: Final = {"本科": "学士", "硕士": "硕士", "博士": "博士"}
_YEARS: Final = {"本科": 4, "硕士": 3, "博士": 4}


@dataclass(frozen=True, slots=True)
class Graduate:
    """One row of a registrar's list."""

    name: str
    woman: bool
    resident_id: str
    born: dt.date
    level: str
    major: str
    degree: str
    entered: dt.date
    graduated: dt.date
    certificate_number: str
    degree_number: str


def graduates(count: int, seed: int, year: int = 2026) -> tuple[Graduate, ...]:
    """``count`` graduates (up to 49,499) of one year; the same ``seed`` gives the same ones; all numbers are unique."""
    draw = random.Random(seed)  # noqa: S311 -- invented names, not secrets
    return tuple(_graduate(draw, serial, year) for serial in range(1, count + 1))


def _graduate(draw: random.Random, serial: int, year: int) -> Graduate:
    level = draw.choices(("本科", "硕士", "博士"), weights=(70, 25, 5))[0]
    major, field = draw.choice(_MAJORS)
    born = dt.date(year - _AGE[level], 1, 1) + dt.timedelta(days=draw.randrange(365))
    woman = draw.random() < 0.5
    return Graduate(
        name=_name(draw, serial),
        woman=woman,
        resident_id=resident_id(born, serial, woman=woman),
        born=born,
        level=level,
        major=major,
        degree=f"{field}{_DEGREES[level]}",
        entered=dt.date(year - _YEARS[level], 9, 1),
        graduated=dt.date(year, 6, 30),
        certificate_number=certificate_number(year, level, serial),
        degree_number=degree_number(year, level, serial),
    )


def _name(draw: random.Random, serial: int) -> str:
    if serial % 300 == 0:
        return _DOTTED[serial // 300 % len(_DOTTED)]
    surname = draw.choice(_COMPOUND) if draw.random() < 0.01 else draw.choice(_SURNAMES)
    return surname + "".join(draw.sample(_GIVEN, draw.choice((1, 2, 2, 2))))
