"""Han characters that people exchange for one another: variant and traditional forms.

A short list of forms met in names, for a hint to a human who compares two spellings; never for mapping one to the
other. A pair that is missing costs nothing but the hint.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_GROUPS: Final = """
丽麗 国國 刘劉 张張 陈陳 吕呂 户戶戸 黄黃 青靑 高髙 吴吳呉 温溫 并並 瑶瑤 晋晉 余餘 于於 云雲 叶葉
闫閆閻阎 萧蕭肖 傅付 镕熔 冲沖 净淨 强強 产產 真眞 为為爲 内內 教敎 录錄 奂奐 兑兌 锐銳 说說 悦悅
俞兪 卢盧 曾曽 亘亙 宁寧甯 岳嶽 岩巖 暖煖 烟煙 游遊 泛汎 栖棲 梅楳 松鬆 布佈 周週 志誌 回迴 恒恆
朗朖 桥橋 柏栢 杯盃 村邨 棋碁 床牀 叙敍敘 略畧 竖豎 笋筍 绣繡綉 翱翺 脉脈 里裏裡 赞贊讚 迹跡 辉輝煇
邻鄰隣 鉴鑒鑑 雁鴈 鸡雞鷄 韵韻 赖賴頼 齐齊 峰峯 群羣 杰傑 哲喆 坤堃 升昇陞 启啓啟 泉灥 珍珎 宝寶寳
寿壽 乐樂 龙龍 凤鳳 马馬 鲁魯 赵趙 钱錢 孙孫 郑鄭 冯馮 许許 杨楊 韩韓 罗羅 谢謝 邓鄧 蒋蔣 贾賈
颜顏顔 钟鐘鍾 谭譚 陆陸 范範 汤湯 贺賀 龚龔 万萬 顾顧 严嚴 华華 伟偉 静靜 艳艷豔 军軍 涛濤 兰蘭
红紅 学學 义義 庆慶 荣榮 东東 维維 锋鋒 贵貴 飞飛 鹏鵬 亚亞 晓曉 凯凱 莲蓮
"""

_GROUP_OF: Final = {char: group for group in _GROUPS.split() for char in group}


def are_variants(a: str, b: str) -> bool:
    """Whether two characters are listed as forms of one another."""
    return b in _GROUP_OF.get(a, "") and a != b


def is_rare(char: str) -> bool:
    """Whether a character stands outside the common block of Han, where input methods and old systems replace it.

    Extensions A and later, compatibility ideographs, and private use (how systems before GB 18030-2022 kept them).
    """
    code = ord(char)
    return (
        0x3400 <= code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
        or unicodedata.category(char) == "Co"
    )
