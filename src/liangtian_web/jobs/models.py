"""Long work as its user sees it: how far, what it says, whether it may be cancelled."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.messages import catalogue, render_text


class Job(models.Model):
    """One piece of work given to the worker."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待")
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        FAILED = "failed", _("未完成")
        CANCELLED = "cancelled", _("已取消")

    OPEN = (State.WAITING, State.RUNNING)

    kind = models.CharField(_("工作"), max_length=50)
    title = models.CharField(_("名称"), max_length=200, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    place = models.ForeignKey("people.Place", models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.WAITING, db_index=True)
    progress = models.PositiveSmallIntegerField(_("进度"), default=0)
    message = models.CharField(max_length=200, blank=True)
    params = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    # A failure waits in the owner's to-do list until it has been read.
    read = models.BooleanField(default=False)
    result_url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "-id"], name="jobs_job_of_owner")]
        constraints = [
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="jobs_job_progress_is_a_percentage")
        ]

    def __str__(self) -> str:
        return self.title or self.kind

    @property
    def is_open(self) -> bool:
        """Whether the work can still change."""
        return self.state in self.OPEN

    @property
    def elapsed(self) -> str:
        """Minutes and seconds since the work began, "1:05"."""
        if self.started_at is None:
            return ""
        seconds = int(((self.ended_at or timezone.now()) - self.started_at).total_seconds())
        return f"{seconds // 60}:{seconds % 60:02}"

    def sentence(self, lang: str) -> str:
        """What the work says now: a message of the kernel by its id, else a sentence of the pages."""
        if self.message in catalogue():
            return render_text(self.message, self.params, lang="en" if lang == "en" else "zh")
        return str(gettext(self.message) % self.params) if self.message else ""
