"""Makes register.xls beside it. Only old programs write .xls; the file is kept, and this is how it was made:

`pip install xlwt==1.3.0` into any environment, then `python make_xls.py`.
"""

from datetime import date
from pathlib import Path

import xlwt  # type: ignore[import-not-found]

TABLES = {
    "县和校历": (("项目", "内容"), ("县名", "长兴县"), ("行政区划代码", 330522)),
    "学校": (("学校标识码", "学校名称", "办学类型"), (2133000001, "第一小学", "小学")),
    "校区": (("校区编号", "学校标识码", "校区名称"), ("c1", 2133000001, "本部")),
    "合同": (("校区", "下行", "上行", "开始日期"), ("c1", "万兆", "10G", date(2026, 1, 1))),
}

book = xlwt.Workbook()
day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
for name, rows in TABLES.items():
    sheet = book.add_sheet(name)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value, day if isinstance(value, date) else xlwt.Style.default_style)
book.save(str(Path(__file__).with_name("register.xls")))
