"""The app of people, which also registers what `check --deploy` asks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """People."""

    name = "liangtian_web.people"
    verbose_name = _("人员与单位")

    def ready(self) -> None:
        """Register the checks."""
        from liangtian_web.people import checks  # noqa: F401
