"""Wenzhou 2019, farmland protection and occupation-compensation balance: the contents page.

In force from its day of issue, 13 February 2019: our choice, the text sets no day.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document, NotComputed
from liangtian.rules.wenzhou_2019 import c01_control_lines, c02_basic_farmland, c05_balance

NOT_BUILT = NotComputed(zh="尚未实现", en="not built yet")

DOCUMENT = Document(
    id="wenzhou-2019",
    title_zh="中共温州市委 温州市人民政府关于进一步加强耕地保护和改进占补平衡的实施意见",
    title_en="Wenzhou 2019: stronger farmland protection and better occupation-compensation balance",
    since=date(2019, 2, 13),
    package=__name__,
    contents={
        "前言": NOT_BUILT,  # targets of the city: farmland and permanent basic farmland to be kept
        # 一、严格控制建设占用耕地
        "（一）": c01_control_lines,
        "（二）": c02_basic_farmland,
        "（三）": NOT_BUILT,  # land approved but not supplied, idle land
        "（四）": NOT_BUILT,  # compensation fund for farmland protection
        # 二、加强耕地占补平衡管理
        "（五）": c05_balance,
        "（六）": NOT_BUILT,  # municipal pool
        "（七）": NOT_BUILT,  # transfers between places
        "（八）": NOT_BUILT,  # commitments
        # 三、大力推进土地整治
        "（九）": NOT_BUILT,  # siting of reclamation and dry-to-paddy works
        "（十）": NOT_BUILT,  # high-standard farmland
        "（十一）": NOT_BUILT,  # topsoil
        "（十二）": NOT_BUILT,  # quality of farmland
        # 四、实施全域土地综合整治
        "（十三）": NOT_BUILT,  # mechanism of whole-area consolidation
        "（十四）": NOT_BUILT,  # land for rural development
        "（十五）": NOT_BUILT,  # agricultural land, facility agriculture
        "（十六）": NOT_BUILT,  # funds and rewards
        # 五、全面落实耕地保护共同责任
        "（十七）": NOT_BUILT,  # first responsible persons
        "（十八）": NOT_BUILT,  # supervision
        "（十九）": NOT_BUILT,  # publicity
        "（二十）": NOT_BUILT,  # assessment and accountability
    },
)
