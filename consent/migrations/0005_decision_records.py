
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0004_consent_records'),
    ]

    operations = [
        migrations.CreateModel(
            name='DecisionRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('answered_at', models.DateTimeField()),
                ('about_at', models.DateTimeField(null=True)),
                ('actor', models.CharField(max_length=64)),
                ('source', models.CharField(choices=[('contact', 'The contact'), ('provider', 'Provider'), ('staff', 'Staff'), ('api', 'Integration'), ('import', 'Import'), ('workflow', 'Workflow'), ('system', 'Consent Desk')], max_length=16)),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('call', 'Calls & Voicemail'), ('email', 'E-mail'), ('whatsapp', 'WhatsApp'), ('facebook', 'Messenger'), ('gmb', 'Google Business Messages')], max_length=16)),
                ('purpose', models.CharField(choices=[('marketing', 'Marketing'), ('conversational', 'Conversation'), ('transactional', 'Transactional')], max_length=16)),
                ('list_slug', models.CharField(blank=True, max_length=80)),
                ('subject_count', models.PositiveIntegerField()),
                ('refused_count', models.PositiveIntegerField()),
                ('contact_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(null=True), size=None)),
                ('address_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(null=True), size=None)),
                ('reason_subjects', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=None)),
                ('reason_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('suppression_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(null=True), size=None)),
            ],
            options={
                'verbose_name': 'decision',
                'default_permissions': ('view',),
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['contact_ids'], name='decision_by_contact'), django.contrib.postgres.indexes.GinIndex(fields=['address_ids'], name='decision_by_address')],
                'constraints': [models.CheckConstraint(condition=models.Q(('contact_ids__len', models.F('subject_count')), ('subject_count__gte', 1), ('address_ids__len', models.F('subject_count')), ('refused_count__lte', models.F('subject_count'))), name='decision_has_its_subjects'), models.CheckConstraint(condition=models.Q(('reason_codes__len', models.F('reason_subjects__len')), ('suppression_ids__len', models.F('reason_subjects__len')), ('reason_subjects__len__gte', models.F('refused_count'))), name='decision_reasons_whole')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decisionrecord',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME\n                    USING ERRCODE = 'restrict_violation';\n            ", hash='eb8d106a078e03486109777e59a74ddf0eb3c9cb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d8e06', table='consent_decisionrecord', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decisionrecord',
            trigger=pgtrigger.compiler.Trigger(name='refuse_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF coalesce(current_setting('consent_desk.allow_truncate', true), '') = 'on' THEN\n                RETURN NULL;\n            END IF;\n            RAISE EXCEPTION '% holds records of consent and is never truncated', TG_TABLE_NAME\n                USING ERRCODE = 'restrict_violation';\n        ", hash='0d3cbde96ab850533935ed2e06f7aa7cb2441b54', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_refuse_truncate_f3f7f', table='consent_decisionrecord', when='BEFORE')),
        ),
    ]
