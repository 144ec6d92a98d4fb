"""Let the indexes that a decision asks hold all it asks of them: the row itself need not be looked up."""

import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0005_erased_only_by_an_erasure'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='contactaddress',
            name='contact_address_one_primary',
        ),
        migrations.AlterField(
            model_name='contact',
            name='public_id',
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(fields=('public_id',), include=('id', 'deleted_at', 'erased_at'), name='contact_public_id'),
        ),
        migrations.AddConstraint(
            model_name='contactaddress',
            constraint=models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('contact', 'kind'), include=('address',), name='contact_address_one_primary'),
        ),
    ]
