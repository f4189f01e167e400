"""What the demonstration's residents report: words by matter, the answer, and how it was settled.

Written for the demonstration; places and names are invented.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import FilingCondition, Matter, Sensitivity

ROADS = (
    "荔华路", "榕荫街", "澄江大道", "苇岸路", "桑园二街", "汀兰路", "禾丰路", "砚池街",
    "舟山里", "鹭影路", "茗香街", "棠苑路", "澜湾大道", "杉林路", "穗安街", "沛恩路",
)  # fmt: skip
SPOTS = (
    "与{r}交叉口", "12号门前", "公交站旁", "小学门口", "菜市场后巷", "36号对面", "桥头",
    "便利店门口", "社区公园北门", "幼儿园围墙外", "停车场出口", "5巷口",
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """matter and condition: keys of the catalogue; said: the reporter's words with {place};
    done, reply: what the organisation writes."""

    matter: str
    said: tuple[str, ...]
    done: str
    reply: str
    condition: str = ""
    weight: int = 2


STORIES: tuple[Story, ...] = (
    Story(
        "manhole",
        (
            "{place}三个井盖松了，车一过就响，晚上吵得睡不着",
            "{place}的井盖一踩就晃，老人小孩经过很危险",
            "Manhole covers at {place} rattle every time a car passes",
        ),
        "现场更换防响胶垫并紧固，三处均已复测无异响",
        "井盖已更换胶垫并固定，我们复测过没有响声，谢谢您的提醒",
        "manhole.rattling",
        8,
    ),
    Story(
        "manhole",
        ("{place}井盖缺了一半，已经用树枝挡着，请赶快来",),
        "二十分钟内到场围蔽，更换新井盖",
        "缺损的井盖已换新，感谢您及时告诉我们",
        "manhole.missing",
        1,
    ),
    Story(
        "street_lamp",
        ("{place}路灯不亮好几天了，晚上一片黑", "{place}两盏路灯一闪一闪的"),
        "更换光源两个、整流器一个",
        "路灯已修好，今晚会正常亮起",
        weight=5,
    ),
    Story(
        "litter",
        ("{place}垃圾桶满了没人收，苍蝇很多", "{place}路边堆了一大堆生活垃圾"),
        "清运垃圾约半车，已冲洗地面并加密清运班次",
        "垃圾已清走，今后每天下午增加一次清运",
        weight=7,
    ),
    Story(
        "road_damage",
        ("{place}路面有个大坑，电动车差点摔倒", "{place}人行道砖松动，下雨就溅水"),
        "铣刨后重新铺设沥青约四平方米",
        "坑洼已修补好，请放心通行",
        weight=4,
    ),
    Story(
        "bikes",
        ("{place}共享单车乱停，把盲道都占了", "{place}单车堆到路中间"),
        "清理摆放共享单车三十余辆，约谈运营企业",
        "单车已摆放整齐，我们要求企业增加巡查",
        weight=6,
    ),
    Story(
        "street_trade",
        ("{place}水果摊摆到马路上，行人只能走机动车道", "{place}烧烤店把桌椅摆满人行道"),
        "现场劝导入室经营，收回占道桌椅",
        "商户已收回占道物品，我们会继续回看",
        weight=5,
    ),
    Story(
        "noise",
        ("{place}工地晚上十一点还在施工，孩子睡不着", "{place}广场舞音响太大"),
        "到场制止，签收停工整改通知",
        "已要求停止夜间施工，如再发生请随时告诉我们",
        weight=5,
    ),
    Story(
        "ebike_charging",
        ("{place}楼道里有人给电动车充电，电线拖了好几层", "{place}一楼大堂停满电动车"),
        "联合物业清出电动车六辆，恢复楼道畅通",
        "楼道已清理，物业加装了门禁识别",
        weight=4,
    ),
    Story(
        "fire_lane",
        ("{place}消防通道停了三辆私家车", "{place}消防登高场地被花盆占了"),
        "通知车主驶离，施划禁停标线",
        "消防通道已恢复畅通",
        weight=4,
    ),
    Story(
        "tree",
        ("{place}大榕树的枝断了一半挂着，怕砸到人", "{place}树枝挡住红绿灯"),
        "修剪断枝并清运",
        "断枝已处理，道路恢复正常",
        weight=3,
    ),
    Story(
        "waterlogging",
        ("{place}一下雨就积水到脚踝，雨水箅子堵了",),
        "疏通雨水口四个，清掏淤泥",
        "雨水口已疏通，下次下雨我们会去看",
        weight=3,
    ),
    Story(
        "flyers",
        ("{place}电线杆上贴满小广告",),
        "清除小广告七十余张",
        "小广告已清除",
        weight=3,
    ),
    Story(
        "illegal_parking",
        ("{place}车停在人行道上，轮椅过不去",),
        "现场劝离四辆，抄告一辆",
        "违停车辆已驶离，该路段已列入巡查",
        weight=3,
    ),
    Story(
        "amenity",
        ("{place}公园的健身器材断了一根扶手",),
        "更换扶手并检查其余器材",
        "健身器材已修好",
        weight=2,
    ),
    Story(
        "river_litter",
        ("{place}河面漂着很多泡沫箱",),
        "打捞漂浮物约两百公斤",
        "河面已清理干净",
        weight=2,
    ),
    Story(
        "wiring",
        ("{place}电线垂下来快碰到头了",),
        "重新绑扎线缆，抬高至四米以上",
        "线缆已整理，安全距离符合要求",
        weight=2,
    ),
    Story(
        "neighbour_dispute",
        ("楼上半夜拖桌椅，说了几次都没用",),
        "上门调解，双方约定十点后不移动家具",
        "已上门沟通，邻居同意晚上十点后不再移动家具",
        weight=2,
    ),
    Story(
        "construction_waste",
        ("{place}有人半夜倒了一车装修垃圾",),
        "清运建筑垃圾一车，调取监控核查来源",
        "建筑垃圾已清走，正在核查是谁倾倒的",
        weight=2,
    ),
    Story(
        "property_dispute",
        ("小区电梯坏了两周物业不修",),
        "约谈物业，限期三日内修复",
        "电梯已修复，物业公示了维修安排",
        weight=2,
    ),
)


RESTRICTED: tuple[Story, ...] = (
    Story("family_violence", ("请打电话给我，现在说话不方便",), "已联系", "已联系"),
    Story("harm_lead", ("请打电话给我，电话里说",), "已联系", "已联系"),
)

OPENINGS = (
    "{place}，%s，麻烦派人看看",
    "{place}有%s的问题，好几天了",
    "反映一下，{place}%s，希望尽快处理",
    "At {place}: %s. Please have a look.",
)


def story_by_lot(book: Catalogue, lot: random.Random, number: int) -> Story:
    """A story by lot: every other one of what is reported each day, the others through the whole
    catalogue in turn."""
    if number % 2:
        return lot.choices(STORIES, [story.weight for story in STORIES])[0]
    matters = [each for each in book.matters.values() if _is_told(each)]
    matter = matters[number // 2 % len(matters)]
    return _made(book, matter, book.condition(lot.choice(matter.conditions)))


def restricted_story(lot: random.Random) -> Story:
    """What few may know of: no account of what happened, only that somebody asks to be rung."""
    return lot.choice(RESTRICTED)


def story_of(book: Catalogue, matter: str, condition: str) -> Story:
    """What an organisation writes about a case of this matter, whoever reported it."""
    for story in STORIES:
        if story.matter == matter and story.condition in ("", condition):
            return story
    found = book.matters[matter]
    return _made(book, found, book.condition(condition or found.default_condition))


def _is_told(matter: Matter) -> bool:
    return matter.sensitivity < Sensitivity.RESTRICTED


def _made(book: Catalogue, matter: Matter, condition: FilingCondition) -> Story:
    """Words put together from what the catalogue calls it and when it counts as settled."""
    names = (*matter.search.zh[:3], matter.title.zh)
    said = [opening % name for name in names for opening in OPENINGS[:3]]
    said += [OPENINGS[3] % name for name in matter.search.en[:1]]
    return Story(
        matter.key,
        tuple(words.replace("%", "％") for words in said),
        f"已到场核实办理：{condition.closing.zh}",
        f"{condition.closing.zh}，感谢您的反映",
        condition.key,
    )
