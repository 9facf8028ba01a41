"""Change what is kept of people."""

from django.conf import settings

from liangtian_web.people.models import User


def prefer(user: User, **chosen: str) -> None:
    """Remember a unit or language."""
    for name, value in chosen.items():
        setattr(user, name, value)
    user.save(update_fields=list(chosen))


def choose_columns(user: User, key: str, offered: set[str], shown: set[str]) -> None:
    """Remember which of the columns a list offers the user put away."""
    user.hidden_columns = user.hidden_columns | {key: sorted(offered - shown)}
    user.save(update_fields=["hidden_columns"])


def lock_out_minutes() -> int:
    """How long log-in stays closed after too many failures."""
    return int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
