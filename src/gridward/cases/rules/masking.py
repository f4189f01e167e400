"""Names and numbers in free text, hidden from whoever is only asked to settle the matter. Pure.

What identifies by its shape (telephone, identity, bank and plate numbers, addresses of mail and
chat) is always found; a name only where the words around it say that it is one. What is hidden
keeps its length, so that a sentence stays readable. The table of examples is the test of this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was found in a text."""

    PHONE = "phone"
    IDENTITY = "identity"
    CARD = "card"
    PLATE = "plate"
    MAIL = "mail"
    CHAT = "chat"
    NAME = "name"


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A part of a text that says who somebody is: from start up to end."""

    start: int
    end: int
    kind: Kind


STAR = "*"
PHONE_KEPT = 3  # 138********: enough to see that it is a number, too little to ring it
PLATE_KEPT = 2

# the same length, so that what is found stands at the same place in the text as given
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

_SURNAMES_OF_TWO = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|夏侯|慕容|司徒|端木|长孙"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏"
    "吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙史陶贺毛段郝顾龚邵万覃武"
    "钱戴严莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符"
    "舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农"
    "司古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁"
)
_COMMON = _SURNAMES[:90]
_SURNAME = f"(?:{_SURNAMES_OF_TWO}|[{_SURNAMES}])"
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"

# words that begin like a name and are none
_NO_NAMES = (
    "安全|安装|安置|安静|安保|包装|边上|常常|车主|车位|车库|成功|成立|程度|程序|单位|单元|方便|方向|房东|房子|房屋"
    "|高层|高空|高级|高速|高压|高中|古树|管道|管理|管家|关于|广告|桂花|何时|和谐|和平|华为|黄色|黄线|黄昏|江边|江门"
    "|解决|金属|金额|经理|景观|康复|孔洞|冷气|雷雨|路灯|路口|路面|路边|路过|绿化|马路|马桶|麦田|毛坯|门口|米粉|农村|农民|农业"
    "|盛夏|施工|石头|石材|时候|时间|史上|司机|宋体|商铺|商场|商家|商业|商店|全部|全家|全体|任何|人员|师傅|水电|水管"
    "|汤圆|田地|童装|万一|万元|温馨|文化|文明|武装|夏天|向上|项目|许多|许可|严重|严格|阳台|阳光|杨梅|叶子|易燃|应该"
    "|应急|游客|游戏|于是|余额|张贴|章程|钟表|周边|周围|周末|周一|周二|周三|周四|周五|周六|周日|朱红|庄稼|祝您|左边|左右"
    "|白天|白色|毕业|纪念|季度|焦急|连续|林业|龙头|路人|牛肉|钱款|曲线|申请|尚未|舒服|单车|宗教|甘蔗|江水|包子|谷物|党员|党支部|和我"
    "|负责|小区|业主|住户|租客|代表|居民|群众|市民|一名|一个|这里|本楼|附近|方面"
)
_PERSON = f"(?!{_NO_NAMES}){_SURNAME}{_HAN}{{1,2}}"
# what can follow a whole name that stands without a title
_AFTER = (
    r"(?=$|[\s,.;:!?()\[\]<>\"'/，。；：、！？（）【】《》“”‘’…]"
    r"|电话|手机|联系|号码|住|家[里的]|身份证|先生|女士|反映|投诉|说|男|女|今年|[0-9])"
)
_TITLES = (
    "先生|女士|小姐|太太|阿姨|大妈|大爷|大叔|大姐|大哥|大娘|大伯|叔叔|叔|伯伯|伯|婶|嫂|婆婆|奶奶|爷爷|师傅|老师|医生"
    "|大夫|护士|警官|律师|主任|书记|经理|老板娘|老板|老人|老太|队长|站长|工头|同志|同学|姐|哥|总(?![是在会共体之结要算而价计部数额裁]|有人)"
)

_SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.MAIL, re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    (
        Kind.IDENTITY,
        re.compile(
            r"(?<![0-9A-Za-z])[1-9][0-9]{5}[ -]?(?:18|19|20)[0-9]{2}[ -]?"
            r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
        ),
    ),
    (Kind.IDENTITY, re.compile(r"(?:身份证|证件)[号码为是: ]{0,6}([0-9Xx]{15,18})")),
    (
        Kind.IDENTITY,
        re.compile(r"(?<![0-9A-Za-z])(?:[HM][0-9]{8,10}|[EGDSP][A-Z]?[0-9]{7,8})(?![0-9A-Za-z])"),
    ),
    (
        Kind.PHONE,
        re.compile(
            r"(?<![0-9A-Za-z])(?:(?:\+|00)?86[ -]?)?0?1[ .-]?[3-9](?:[ .-]?[0-9]){9}(?![0-9A-Za-z])"
        ),
    ),
    (
        Kind.CARD,
        re.compile(
            r"(?<![0-9A-Za-z])[1-9][0-9]{3}(?:[ -]?[0-9]{4}){2,3}[ -]?[0-9]{1,4}(?![0-9A-Za-z])"
        ),
    ),
    (
        Kind.PHONE,
        re.compile(r"(?<![0-9A-Za-z])\(?0[1-9][0-9]{1,2}\)?[ -]?[2-8][0-9]{6,7}(?![0-9A-Za-z-])"),
    ),
    (
        Kind.PHONE,
        re.compile(
            r"(?:电话|座机|手机|号码|致电|来电|回电|拨打|tel|phone|call)[号码为是:. ]{0,5}"
            r"((?<![0-9])[2-9][0-9]{6,7})(?![0-9])",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.PHONE,
        re.compile(r"[幺一][三四五六七八九3-9](?:[ -]?[零〇一二三四五六七八九幺两0-9]){9}"),
    ),
    (
        Kind.PLATE,
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z]"
            r"[·•. -]?[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳]"
            r"(?![0-9A-Za-z])"
        ),
    ),
    (
        Kind.CHAT,
        re.compile(
            r"(?:微信号?|微信|薇信|[VvWw][XxWw]|加[Vv]|QQ号?|qq号?|wechat(?: id)?|抖音号?)"
            r"(?:同号)?[号为是: ]{0,4}([A-Za-z0-9][A-Za-z0-9_-]{4,19})(?![A-Za-z0-9])",
            re.IGNORECASE,
        ),
    ),
)

_NAMES: tuple[re.Pattern[str], ...] = (
    # 我叫王小明; 姓名：王小明; 联系人王小明
    re.compile(
        r"(?:我叫|名叫|叫做|名字[叫是:]|姓名[叫是为: ]{0,3}|真名[叫是: ]{0,2}|署名[: ]?"
        r"|联系人[是为叫: ]{0,3}|反映人[是为叫: ]{0,3}|投诉人[是为叫: ]{0,3}|当事人[是为叫: ]{0,3}"
        r"|法人(?:代表)?[是为叫: ]{0,3}|经办人[是为: ]{0,3}|受害人[是为叫: ]{0,3})"
        f"({_PERSON}){_AFTER}"
    ),
    # 我是王小明，业主李四，房东张三说
    re.compile(
        r"(?:我是|本人|业主|户主|房东|房主|租客|租户|住户|邻居|老板|店主|摊主|车主|司机|负责人|物业经理|包工头"
        r"|丈夫|妻子|老公|老婆|儿子|女儿|父亲|母亲|孙子|孙女|儿媳|女婿|亲戚|朋友|同事|保安|网格员)"
        f"[是为叫: ]{{0,3}}({_PERSON}){_AFTER}"
    ),
    # 王先生, 张建国师傅
    re.compile(f"(?<!{_HAN})(?!{_NO_NAMES})({_SURNAME}{_HAN}{{0,2}}?)(?={_TITLES})"),
    re.compile(
        f"(?<=[找问给跟和与向对让被请由叫是的为及、位见])(?!{_NO_NAMES})({_SURNAME}{_HAN}{{0,2}}?)(?={_TITLES})"
    ),
    re.compile(f"(?!{_NO_NAMES})([{_COMMON}]{_HAN}{{2}})(?=(?:先生|女士|小姐|阿姨|师傅))"),
    re.compile(f"({_SURNAME})(?=(?:先生|女士|小姐|阿姨|师傅)(?:{_HAN}|$|[^{_HAN[1:-1]}]))"),
    # 姓王的
    re.compile(f"(?<=姓)({_SURNAME})(?=$|[^名氏]|的)"),
    # 老王家, 小李的车
    re.compile(f"(?<=[老小阿])([{_SURNAMES}])(?=家[的里住那，。,. ]|的[车狗店铺猫房])"),
    # 王某某, 李某
    re.compile(f"({_SURNAME})(?=某)"),
    re.compile(
        r"\b(?:[Mm]y name is|I am|I'm|[Cc]ontact:?|[Nn]ame:?) ([A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"
    ),
    re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.? ([A-Z][a-z]+(?: [A-Z][a-z]+)?)"),
)

# what looks like a number of a person and is none: dates with times, our own case numbers
_HARMLESS = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}|[0-9]{6}-[0-9]{7})(?![0-9])"
)


def found_in(text: str) -> list[Found]:
    """Every name and number in `text`, in order, none overlapping another."""
    plain = text.translate(_NARROW)
    spared = [each.span() for each in _HARMLESS.finditer(plain)]
    hits: list[Found] = []

    def add(start: int, end: int, kind: Kind) -> None:
        if any(start < stop and begin < end for begin, stop in spared):
            return
        if all(end <= one.start or one.end <= start for one in hits):
            hits.append(Found(start, end, kind))

    for kind, pattern in _SHAPES:
        for each in pattern.finditer(plain):
            add(*each.span(pattern.groups), kind)
    for pattern in _NAMES:
        for each in pattern.finditer(plain):
            add(*each.span(1), Kind.NAME)
    return sorted(hits)


def masked(text: str) -> str:
    """`text` with the names and numbers in it hidden; the same text again gives the same."""
    return _replaced(text, star=STAR)


def without_persons(text: str) -> str:
    """`text` with a blank in place of every name and number: what may stand in an index."""
    return _replaced(text, star="")


def _replaced(text: str, *, star: str) -> str:
    parts: list[str] = []
    at = 0
    for each in found_in(text):
        hidden = text[each.start : each.end]
        parts += [text[at : each.start], _stars(hidden, each.kind) if star else " "]
        at = each.end
    return "".join([*parts, text[at:]])


def _stars(hidden: str, kind: Kind) -> str:
    kept = PHONE_KEPT if kind is Kind.PHONE else PLATE_KEPT if kind is Kind.PLATE else 0
    return hidden[:kept] + STAR * (len(hidden) - kept)
