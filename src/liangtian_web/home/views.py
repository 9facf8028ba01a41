"""The way in, and what waits for me."""

from __future__ import annotations

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from liangtian_web.home import duty, land
from liangtian_web.home.balance_todos import balance_todos
from liangtian_web.home.book_todos import book_todos
from liangtian_web.home.commitment_todos import commitment_todos
from liangtian_web.home.first_todos import first_todos
from liangtian_web.home.loan_todos import loan_todos
from liangtian_web.home.rail import begin
from liangtian_web.home.register_todos import register_todos
from liangtian_web.home.rule_todos import rule_todos
from liangtian_web.home.search import find
from liangtian_web.home.transfer_todos import transfer_todos
from liangtian_web.jobs.models import Job
from liangtian_web.jobs.queries import jobs_for
from liangtian_web.onemap.map_views import day_of
from liangtian_web.people.models import Place
from liangtian_web.people.queries import home_membership, places_for
from liangtian_web.people.requests import Request, number_in
from liangtian_web.trail.actions import note
from liangtian_web.trail.export import Table, export


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
    """What waits for me, the figures of my duty, then what I may begin and what was done."""
    jobs = jobs_for(request.user)
    mine = Q(state__in=Job.OPEN) | Q(state=Job.State.FAILED, owner=request.user, read=False)
    waiting = [{"job": job, "sentence": job.sentence(request.language)} for job in jobs.filter(mine)[:20]]
    on, membership = timezone.localdate(), home_membership(request.user)
    context = {
        "first": list(first_todos(request.user, on)),
        "waiting": waiting,
        "todos": [
            *balance_todos(request.user),
            *register_todos(request.user, on),
            *commitment_todos(request.user, on),
            *loan_todos(request.user, on),
            *transfer_todos(request.user),
            *book_todos(request.user, on),
            *rule_todos(request.user, on),
            *duty.todos(request.user, on),
        ],
        "figures": duty.figures(request.user, membership.place, on) if membership else [],
        "stocks": duty.stocks(request.user, membership.place, on) if membership else [],
        "place": membership.place if membership else None,
        "recent": jobs.filter(state=Job.State.DONE)[:10],
        "begin": list(begin(request)),
    }
    return render(request, "home/index.html", context)


@require_GET
def search(request: Request) -> HttpResponse:
    """What the box of the header finds: a part below the box, or a page of its own."""
    text = request.GET.get("q", "").strip()[:80]
    found = find(request.user, text, day_of(request))
    name = "home/search.html#found" if request.htmx else "home/search.html"
    return render(request, name, {"found": found, "text": text})


@require_GET
def land_of(request: Request) -> HttpResponse:
    """Farmland unit by unit, of the user's own place or one below it."""
    place, on = _place(request), day_of(request)
    found = land.rows(request.user, place, on)
    above = places_for(request.user).filter(children=place).first()
    context = {"place": place, "above": above, "on": on, "rows": found, "sums": land.sums(found)}
    return render(request, "home/land.html", context)


@require_POST
def land_export(request: Request) -> HttpResponse:
    """The same as a table to take away; that it was taken is noted."""
    place, on = _place(request), day_of(request)
    heads, cells = land.table(land.rows(request.user, place, on))
    title = gettext("%(place)s耕地情况") % {"place": place}
    return export(request, "home.export", f"place:{place.pk} {on}", Table(title, heads, cells))


def _place(request: Request) -> Place:
    asked = request.GET.get("place") or request.POST.get("place") or ""
    if (number := number_in(asked)) is not None:
        return get_object_or_404(places_for(request.user), pk=number)
    membership = home_membership(request.user)
    if membership is None:
        raise Http404
    return membership.place
