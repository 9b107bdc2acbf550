"""Region codes of CN serial numbers: GB/T 2260 provinces, and 10.

The list that circulates starts at 11; 10 was opened for Beijing when 11 had no serial numbers left (GB/T 9999).
Hong Kong, Macao and Taiwan issue no CN serial numbers.
"""

from __future__ import annotations

from typing import Final

CN_REGIONS: Final[dict[str, str]] = {
    "10": "北京", "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古",
    "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东",
    "41": "河南", "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南",
    "50": "重庆", "51": "四川", "52": "贵州", "53": "云南", "54": "西藏",
    "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆",
}  # fmt: skip
"""Code → province."""
