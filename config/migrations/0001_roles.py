"""Write the roles as groups. Permissions are made here where `migrate` has not got to them yet."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from config.roles import GRANTS, Role


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for label in ("contacts", "consent", "lists"):
        create_permissions(installed.get_app_config(label), verbosity=0, apps=apps)
    groups = {role: Group.objects.get_or_create(name=role.value)[0] for role in Role}
    for grant, roles in GRANTS.items():
        label, codename = grant.split(".")
        permission = Permission.objects.filter(content_type__app_label=label, codename=codename).first()
        if permission is None:
            continue  # its table comes with a later migration, which calls this again
        for role in roles:
            groups[role].permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("contacts", "0003_alter_historicaladdress_history_change_reason_and_more"),
        ("consent", "0001_initial"),
        ("lists", "0001_initial"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
