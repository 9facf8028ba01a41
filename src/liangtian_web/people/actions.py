"""Change what is kept of people."""

from liangtian_web.people.models import User


def prefer(user: User, **chosen: str) -> None:
    """Remember a unit or language."""
    for name, value in chosen.items():
        setattr(user, name, value)
    user.save(update_fields=list(chosen))
