import contacts.models
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("first_name", models.CharField(blank=True, max_length=150)),
                ("last_name", models.CharField(blank=True, max_length=150)),
                ("company", models.CharField(blank=True, max_length=200)),
                ("notes", models.TextField(blank=True)),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        help_text="Language code such as “en” or “es-MX”. Empty: not known.",
                        max_length=16,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\\Z",
                                "This is not a language code. Choose one such as en or es-MX.",
                                code="language_unknown",
                            )
                        ],
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        help_text="Name such as “Europe/London”. Empty: not known.",
                        max_length=64,
                        validators=[contacts.models.validate_time_zone],
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "erased_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Lower(
                            django.db.models.functions.text.Concat(
                                "first_name",
                                models.Value(" "),
                                "last_name",
                                models.Value(" "),
                                "company",
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContactAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("messenger", "Messenger id"),
                            ("gmb", "Business Messages id"),
                        ],
                        help_text="The address's kind, repeated so that one primary per kind can be a constraint.",
                        max_length=16,
                    ),
                ),
                ("is_primary", models.BooleanField(default=False)),
                ("joined_at", models.DateTimeField(editable=False)),
            ],
            options={
                "verbose_name_plural": "contact addresses",
            },
        ),
        migrations.CreateModel(
            name="HistoricalAddress",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("messenger", "Messenger id"),
                            ("gmb", "Business Messages id"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        help_text="The match key: one spelling for one address.",
                        max_length=400,
                    ),
                ),
                (
                    "shown",
                    models.CharField(help_text="The spelling to display.", max_length=400),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")],
                        max_length=1,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical address",
                "verbose_name_plural": "historical addresses",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalContact",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False),
                ),
                ("first_name", models.CharField(blank=True, max_length=150)),
                ("last_name", models.CharField(blank=True, max_length=150)),
                ("company", models.CharField(blank=True, max_length=200)),
                ("notes", models.TextField(blank=True)),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        help_text="Language code such as “en” or “es-MX”. Empty: not known.",
                        max_length=16,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\\Z",
                                "This is not a language code. Choose one such as en or es-MX.",
                                code="language_unknown",
                            )
                        ],
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        help_text="Name such as “Europe/London”. Empty: not known.",
                        max_length=64,
                        validators=[contacts.models.validate_time_zone],
                    ),
                ),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "erased_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")],
                        max_length=1,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical contact",
                "verbose_name_plural": "historical contacts",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalContactAddress",
            fields=[
                (
                    "id",
                    models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("messenger", "Messenger id"),
                            ("gmb", "Business Messages id"),
                        ],
                        help_text="The address's kind, repeated so that one primary per kind can be a constraint.",
                        max_length=16,
                    ),
                ),
                ("is_primary", models.BooleanField(default=False)),
                ("joined_at", models.DateTimeField(editable=False)),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")],
                        max_length=1,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical contact address",
                "verbose_name_plural": "historical contact addresses",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("messenger", "Messenger id"),
                            ("gmb", "Business Messages id"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        help_text="The match key: one spelling for one address.",
                        max_length=400,
                    ),
                ),
                (
                    "shown",
                    models.CharField(help_text="The spelling to display.", max_length=400),
                ),
                ("created_at", models.DateTimeField(editable=False)),
            ],
            options={
                "verbose_name_plural": "addresses",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "value"), name="address_unique", opclasses=["varchar_pattern_ops", "varchar_pattern_ops"]),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["phone", "email", "messenger", "gmb"])),
                        name="address_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value", ""), _negated=True),
                        name="address_value_present",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "phone"), _negated=True),
                            ("value__startswith", "erased:"),
                            ("value__regex", "^\\+[1-9][0-9]{4,14}$"),
                            _connector="OR",
                        ),
                        name="address_phone_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "email"), _negated=True),
                            ("value__startswith", "erased:"),
                            ("value__regex", "^[^@A-Z]+@[!-?\\[-~]+$"),
                            _connector="OR",
                        ),
                        name="address_email_canonical",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="address",
            index=models.Index(
                django.db.models.functions.comparison.Collate(
                    django.db.models.functions.text.Reverse("value"), "C"
                ),
                name="address_backwards",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="address",
            trigger=pgtrigger.compiler.Trigger(
                name="identity_is_immutable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.kind IS DISTINCT FROM NEW.kind OR (OLD.value IS DISTINCT FROM NEW.value AND NOT starts_with(NEW.value, 'erased:')))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="0835326c9c11128f8e87bf9217a53f29fa6491bf",
                    operation="UPDATE",
                    pgid="pgtrigger_identity_is_immutable_5433e",
                    table="contacts_address",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="owned_contacts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="contactaddress",
            name="address",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holders",
                to="contacts.address",
            ),
        ),
        migrations.AddField(
            model_name="contactaddress",
            name="contact",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="held_addresses",
                to="contacts.contact",
            ),
        ),
        migrations.AddField(
            model_name="historicaladdress",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalcontact",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalcontact",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalcontactaddress",
            name="address",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="contacts.address",
            ),
        ),
        migrations.AddField(
            model_name="historicalcontactaddress",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="contacts.contact",
            ),
        ),
        migrations.AddField(
            model_name="historicalcontactaddress",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="contact_version_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactaddress",
            constraint=models.UniqueConstraint(fields=("contact", "address"), name="contact_address_unique"),
        ),
        migrations.AddConstraint(
            model_name="contactaddress",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_primary", True)),
                fields=("contact", "kind"),
                name="contact_address_one_primary",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contactaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="kind_is_the_address_kind",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                    IF NEW.kind IS DISTINCT FROM\n                        (SELECT kind FROM contacts_address WHERE id = NEW.address_id) THEN\n                        RAISE EXCEPTION 'contact address: kind % is not the kind of address %',\n                            NEW.kind, NEW.address_id USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="a93959e3e34b4100c859ec3b4d6ea2bc4730eb45",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_kind_is_the_address_kind_f3639",
                    table="contacts_contactaddress",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contactaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="holding_is_immutable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."address_id" IS DISTINCT FROM (NEW."address_id") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="47274cfbbd51e289a2cfd3548af00ca0e83889df",
                    operation="UPDATE",
                    pgid="pgtrigger_holding_is_immutable_51365",
                    table="contacts_contactaddress",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="historicaladdress",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ace8b95de524455c0c4b61eee6429c57b67738cb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a1a10",
                    table="contacts_historicaladdress",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="historicalcontact",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="69da09291cc733c479f74ba2a85b9872bf84f464",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_bf494",
                    table="contacts_historicalcontact",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="historicalcontactaddress",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="256008d792a61b3d4c4b0443263a91e181629595",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_3c0b1",
                    table="contacts_historicalcontactaddress",
                    when="BEFORE",
                ),
            ),
        ),
    ]
