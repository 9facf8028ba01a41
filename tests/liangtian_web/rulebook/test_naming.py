"""Documents go by names short enough for a table."""

import pytest

from liangtian.rules.documents import DOCUMENTS
from liangtian_web.rulebook.contents import covered
from liangtian_web.rulebook.naming import SHORT, address_of, document_of


def test_every_document_has_a_short_name_of_its_own():
    assert set(SHORT) == set(DOCUMENTS)
    for names in zip(*SHORT.values(), strict=True):
        assert len(set(names)) == len(SHORT)


@pytest.mark.parametrize("row", covered(), ids=lambda row: row.citation)
def test_every_rule_leads_back_to_its_clause(row):
    for rule in (row.citation, *(each.rule for each in row.obligations)):
        assert (document_of(rule), address_of(rule)) == (row.document, (row.document, row.number))
