"""What is hidden in free text, and what is left: the table is the rule."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridward.cases.rules.masking import found_in, masked, without_persons

HIDDEN = [
    # telephone
    ("请打13800138000找我", "请打138********找我"),
    ("电话138-0013-8000", "电话138**********"),
    ("电话 138 0013 8000。", "电话 138**********。"),
    ("手机１３８００１３８０００", "手机１３８********"),
    ("+8613800138000", "+86***********"),
    ("座机0750-3123456", "座机075*********"),
    ("(0750)3123456", "(07**********"),
    ("打电话3123456", "打电话312****"),
    ("号码一三八零零一三八零零零", "号码一三八********"),
    ("call 020-81234567 please", "call 020********* please"),
    # identity, bank
    ("身份证440703199001011234", "身份证******************"),
    ("身份证号：44070319900101123X。", "身份证号：******************。"),
    ("证件号码 440703900101123", "证件号码 ***************"),
    ("卡号6222 0210 0100 1234 567", "卡号***********************"),
    ("卡号6222021001001234567", "卡号*******************"),
    # plates
    ("粤J12345乱停", "粤J*****乱停"),
    ("车牌粤J·A1B2C挡路", "车牌粤J******挡路"),
    ("电车粤JD12345占道", "电车粤J******占道"),
    # mail and chat
    ("发到zhang.san@example.com吧", "发到*********************吧"),
    ("加微信wxid_abc123", "加微信***********"),
    ("VX：lao-wang88", "VX：**********"),
    ("QQ 12345678", "QQ ********"),
    # names
    ("我叫王小明，住三楼", "我叫***，住三楼"),
    ("姓名：欧阳娜，电话不变", "姓名：***，电话不变"),
    ("联系人李四 13800138000", "联系人** 138********"),
    ("我是张建国，门口井盖响", "我是***，门口井盖响"),
    ("业主陈大文反映噪音", "业主***反映噪音"),
    ("王先生家漏水", "*先生家漏水"),
    ("昨天找李师傅修过", "昨天找*师傅修过"),
    ("张建国先生门口", "***先生门口"),
    ("昨天张建国师傅来过", "昨天***师傅来过"),
    ("赵阿姨和钱大爷", "*阿姨和*大爷"),
    ("楼上姓黄的天天吵", "楼上姓*的天天吵"),
    ("老李家的狗咬人", "老*家的狗咬人"),
    ("李某某多次倒垃圾", "*某某多次倒垃圾"),
    ("My name is John Smith, flat 3", "My name is **********, flat 3"),
    ("Mr. Brown parks there", "Mr. ***** parks there"),
]

LEFT = [
    "路口三个井盖松了，车一过就响",
    "2026-11-09 10:30 又停水",
    "2026年11月9日晚上十点",
    "事件261109-0000153还没办",
    "请拨打110、119或12345",
    "3栋2单元502房",
    "管道师傅说要停水",
    "施工队半夜施工",
    "物业经理说等一等",
    "业主安装空调外机",
    "业主都在反映",
    "我是住在附近的居民",
    "高空抛物很危险",
    "老师傅来看过",
    "周边商家占道经营",
    "小区门口路灯不亮",
    "面积12345678平方厘米",
    "停了50多辆车，罚款200元",
    "邻居施工太吵",
    "负责人和我说下周修",
    "老板总是把货放在路上",
    "I am not sure where it is",
]


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_names_and_numbers_are_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("text", LEFT)
def test_what_names_nobody_is_left(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("text", [text for text, _ in HIDDEN])
def test_masking_again_changes_nothing(text: str) -> None:
    once = masked(text)

    assert masked(once) == once


def test_what_may_stand_in_an_index_holds_no_part_of_it() -> None:
    said = without_persons("我叫王小明，电话13800138000，粤J12345挡住井盖")

    assert said == "我叫 ，电话 ， 挡住井盖"


@given(st.text(max_size=200))
def test_any_text_keeps_its_length_and_its_parts_stand_in_order(text: str) -> None:
    parts = found_in(text)

    assert len(masked(text)) == len(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(parts))
    assert all(0 <= one.start < one.end <= len(text) for one in parts)
