"""The app of people, which also registers what `check --deploy` asks."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People."""

    name = "liangtian_web.people"

    def ready(self) -> None:
        """Register the checks."""
        from liangtian_web.people import checks  # noqa: F401
