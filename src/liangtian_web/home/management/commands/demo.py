"""`liangtian-web demo`: `serve`, with the demonstration made first."""

from liangtian_web.home.management.commands.serve import Command as Serve


class Command(Serve):
    """The demonstration county, its people, and the running product."""

    help = "生成示范数据（只做一次）并启动。 Make the demonstration (once) and serve it."

    def prepare(self) -> list[list[str]]:
        """Migrate, then whatever of the demonstration is not there yet; `migrate` has run the system checks."""
        return [*super().prepare(), ["demo_data", "--skip-checks"]]
