"""What the interface answered to calls that change something, so that a call sent again is answered and not done again."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Answer(models.Model):
    """The answer to one call of one user, by the key the caller gave it. Only what was done is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)  # of the call and its body
    status = models.SmallIntegerField()
    body = models.JSONField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="standing_answer_once")]
