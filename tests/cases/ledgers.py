"""Ledgers as streets keep them: workbooks with titles, headings in Chinese and totals."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

HEADINGS = ("序号", "登记日期", "反映内容", "地点", "事项类别", "承办单位", "办结时间", "备注")


def workbook(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """An XLSX with these sheets; datetimes as date cells."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell, day)
                elif cell != "":
                    sheet.write(at, column, cell)
    book.close()
    return made.getvalue()


def street_ledger() -> bytes:
    """Two months of a street: five entries that are good, titles, totals, a cover."""
    return workbook(
        {
            "说明": [["本台账由街道指挥中心填写"]],
            "10月": [
                ["第1街道2026年网格事件台账"],
                ["单位：第1街道指挥中心", "", "", "单位：件"],
                HEADINGS,
                [1, "10月9日 上午9点", "路口井盖响", "第一社区路口", "井盖松动异响、破损、缺失",
                 "第一街道市政所", "10月10日", "老张报"],
                [2, "2026.10.12 下午3点半", "路灯不亮", "", "路灯不亮", "区市政局",
                 "2026-10-15", ""],
                ["合计", 2],
            ],
            "2026年11月": [
                HEADINGS,
                [1, "2026年11月3日", "垃圾满溢", "", "暴露垃圾、垃圾满溢", "区城管局", 46331, ""],
                [2, datetime(2026, 11, 4, 8, 30), "路面有坑", "", "路面坑洼", "", "", ""],
                [],
                [3, "2026-11-5", "路面有坑", "", "路面坑洼", "不知名单位", "", ""],
                ["制表人：某某"],
            ],
        }
    )  # fmt: skip
