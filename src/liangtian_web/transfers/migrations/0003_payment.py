"""A payment of proceeds is a payment of earmarked money like any other, out of the entry that settled its match."""

from django.db import migrations

MOVE = """
INSERT INTO balance_payment (filing_id, source_id, fen, payee, village_id, reason)
SELECT paid.filing_id, decided.entry_id, paid.fen, paid.payee, paid.village_id, paid.reason
  FROM transfers_payment paid
  JOIN transfers_match matched ON matched.id = paid.match_id
  JOIN balance_filing settled ON settled.uuid = matched.uuid
  JOIN balance_decision decided ON decided.filing_id = settled.id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("transfers", "0002_append_only"), ("balance", "0006_payment")]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop), migrations.DeleteModel("Payment")]
