"""Wenzhou 2019, farmland protection and occupation-compensation balance: the contents page.

In force from its day of issue, 13 February 2019: our choice, the text sets no day.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.wenzhou_2019 import (
    c00_targets,
    c01_control_lines,
    c02_basic_farmland,
    c03_stock_land,
    c04_compensation,
    c05_balance,
    c06_pooling,
    c07_transfer,
    c08_commitment,
    c09_siting,
    c10_high_standard,
    c11_topsoil,
    c12_quality,
    c13_mechanism,
    c14_rural_land,
    c15_agricultural_land,
    c16_funds,
    c17_leadership,
    c18_supervision,
    c19_publicity,
    c20_accountability,
)

DOCUMENT = Document(
    id="wenzhou-2019",
    title_zh="中共温州市委 温州市人民政府关于进一步加强耕地保护和改进占补平衡的实施意见",
    title_en="Wenzhou 2019: stronger farmland protection and better occupation-compensation balance",
    since=date(2019, 2, 13),
    package=__name__,
    contents={
        "前言": c00_targets,
        # 一、严格控制建设占用耕地
        "（一）": c01_control_lines,
        "（二）": c02_basic_farmland,
        "（三）": c03_stock_land,
        "（四）": c04_compensation,
        # 二、加强耕地占补平衡管理
        "（五）": c05_balance,
        "（六）": c06_pooling,
        "（七）": c07_transfer,
        "（八）": c08_commitment,
        # 三、大力推进土地整治
        "（九）": c09_siting,  # siting of reclamation and dry-to-paddy works
        "（十）": c10_high_standard,  # high-standard farmland
        "（十一）": c11_topsoil,  # topsoil
        "（十二）": c12_quality,  # quality of farmland
        # 四、实施全域土地综合整治
        "（十三）": c13_mechanism,  # mechanism of whole-area consolidation
        "（十四）": c14_rural_land,  # land for rural development
        "（十五）": c15_agricultural_land,  # agricultural land, facility agriculture
        "（十六）": c16_funds,  # funds and rewards
        # 五、全面落实耕地保护共同责任
        "（十七）": c17_leadership,
        "（十八）": c18_supervision,
        "（十九）": c19_publicity,
        "（二十）": c20_accountability,
    },
)
