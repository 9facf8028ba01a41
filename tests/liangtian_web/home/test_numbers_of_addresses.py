"""An address names numbers no row can have: the lists answer as to one they do not know."""

from __future__ import annotations

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["balance:index", "ledger:entries", "reconcile:index"])
@pytest.mark.parametrize("before", ["9" * 5000, "٣", "-1", "²"])
def test_a_list_from_a_number_of_no_row_on(officer_client, name, before):
    assert officer_client.get(reverse(name), {"before": before}).status_code == 200
