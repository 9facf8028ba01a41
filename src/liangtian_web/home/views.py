"""The way in, and what waits for me."""

from __future__ import annotations

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET

from liangtian_web.balance.queries import waiting_for
from liangtian_web.home.rail import begin
from liangtian_web.jobs.models import Job
from liangtian_web.jobs.queries import jobs_for
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note


@method_decorator(login_not_required, name="dispatch")
class Login(auth.LoginView):
    """The log-in page; who came is noted."""

    template_name = "home/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Note who came."""
        response = super().form_valid(form)
        note(self.request, "people.login", f"user:{self.request.user.pk}")
        return response


class PasswordChange(auth.PasswordChangeView):
    """The page to change one's password; that it changed is noted."""

    template_name = "home/password.html"
    success_url = reverse_lazy("people:profile")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Note that it changed."""
        response = super().form_valid(form)
        note(self.request, "people.password", f"user:{self.request.user.pk}")
        return response


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """Where Django's administration sends whoever may not enter: to our log-in, or, once known, away."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", "/admin/"))


@require_GET
def index(request: Request) -> HttpResponse:
    """The to-do list first: filings to decide, work under way and work that failed, then what one may begin, then what was done."""
    jobs = jobs_for(request.user)
    mine = Q(state__in=Job.OPEN) | Q(state=Job.State.FAILED, owner=request.user, read=False)
    waiting = [{"job": job, "sentence": job.sentence(request.language)} for job in jobs.filter(mine)[:20]]
    recent = jobs.filter(state=Job.State.DONE)[:10]
    filings = waiting_for(request.user)[:20]
    context = {"filings": filings, "waiting": waiting, "recent": recent, "begin": list(begin(request))}
    return render(request, "home/index.html", context)
