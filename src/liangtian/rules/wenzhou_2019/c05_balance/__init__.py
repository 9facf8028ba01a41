"""（五）Who balances the farmland taken, in quantity, capacity and paddy; a place in default waits with its approvals.

Batch land binds the county government or functional-zone committee of each place it lies in, a separate site its
construction unit. Village land follows the unit's duty here; that its collective stands for the unit is another law's.
"""

from __future__ import annotations

from liangtian.rules.wenzhou_2019.c05_balance import book, duty, path, payment, suspension

OBLIGATIONS = (
    book.HOLD,
    book.WRITE_OFF,
    book.RELEASE,
    duty.BY_UNIT,
    duty.BY_PLACE,
    path.SEEK,
    path.ENTRUST,
    payment.PAY,
    suspension.OBLIGATION,
)
