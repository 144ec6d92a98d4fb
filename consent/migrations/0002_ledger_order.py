from django.db import migrations, models

from consent.models.ledger_clock import CLOCK, CurrentTransaction, clock_sql


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]
    operations = [
        migrations.RunSQL(clock_sql(ahead=0), f"DROP FUNCTION {CLOCK}(xid8)"),
        migrations.AddField(
            model_name="ledgerentry",
            name="transaction_number",
            field=models.BigIntegerField(db_default=CurrentTransaction(), editable=False),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["transaction_number", "id"], name="ledger_in_order"),
        ),
    ]
