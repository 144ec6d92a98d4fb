"""Statistics on the bits of the stored reach, so that the planner knows the rare ones from the common.

Each stands beside the columns of the partial index: its condition would be taken for one more that few rows meet.
"""

from django.db import migrations

CHANNELS = [f"({kind} & {1 << bit})" for bit in range(6) for kind in ("temporary", "permanent")]
REASONS = [f"(reasons & {1 << bit})" for bit in range(18)]
# Eight are the most that one may have.
PARTS = [
    *(CHANNELS[first : first + 4] for first in range(0, len(CHANNELS), 4)),
    *(REASONS[first : first + 5] for first in range(0, len(REASONS), 5)),
]


class Migration(migrations.Migration):
    dependencies = [("consent", "0016_lock_sender")]

    operations = [
        migrations.RunSQL(
            f"CREATE STATISTICS reach_bits_{number} (mcv)"
            f" ON temporary, permanent, blocked, {', '.join(part)} FROM consent_reach",
            f"DROP STATISTICS reach_bits_{number}",
        )
        for number, part in enumerate(PARTS, start=1)
    ]
