"""What the pages of the book ask: a boundary, a day to close up to, a year of an index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian.check.gather import boundary_of
from liangtian.formats.features import Features
from liangtian.ledger.indices import indices
from liangtian.ledger.lots import Ground
from liangtian_web.ledger import recording
from liangtian_web.ledger.forms import Day, OnceForm
from liangtian_web.ledger.models import Account, Lot, Proposal
from liangtian_web.ledger.queries import entries_for, keeping_places
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.onemap.boundaries import boundary_from
from liangtian_web.onemap.forms import ENCODINGS, BoundaryFiles
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request

YEARS = 20
QUANTITY = "quantity_m2"


class BoundaryForm(OnceForm):
    """The boundary of a lot, and what proves it."""

    evidence = forms.CharField(label=_("依据"), max_length=200, help_text=_("补测成果、核查文件的文号"))
    files = BoundaryFiles(label=_("范围文件"))  # type: ignore[assignment]  # the metaclass keeps `files` of the form itself
    encoding = forms.ChoiceField(label=_("属性编码"), choices=ENCODINGS, required=False)

    def __init__(self, lot: Lot | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lot = lot

    def boundary(self) -> Features:
        """What was handed in as its ground."""
        return boundary_from(self.cleaned_data["files"], "", self.cleaned_data["encoding"])

    def hand_in(self, request: Request) -> Proposal:
        """Propose it.

        Raises
        ------
        LiangtianError : the boundary cannot be read or measured, or another reason of `propose_boundary`
        """
        assert self.lot is not None
        boundary = self.boundary()
        found = boundary_of(boundary)
        shape = Ground.of(found.shape, f"EPSG:{found.crs.to_epsg()}")
        about = {"evidence": self.cleaned_data["evidence"], "source": boundary.source}
        return recording.propose_boundary(request, self.lot, shape, about, self.cleaned_data["form"] or uuid4())


class BoundaryRow(BoundaryForm):
    """The boundary of a lot as a row of a workbook: its ground is known already."""

    files = encoding = None  # type: ignore[assignment]  # not asked of a row

    def __init__(self, lot: Lot | None, ground: Features | None, data: Any) -> None:
        super().__init__(lot, data)
        self.ground = ground

    def boundary(self) -> Features:
        """The plots the row names."""
        assert self.ground is not None
        return self.ground


class ClosingForm(OnceForm):
    """Which place's book is closed, and up to which day."""

    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    through = Day(label=_("关到哪一天"))
    evidence = forms.CharField(label=_("依据"), max_length=200)

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        kept = Account.objects.filter(place__isnull=False).values("place")
        self.fields["place"].queryset = keeping_places(user).filter(pk__in=kept)  # type: ignore[attr-defined]
        self.fields["through"].initial = timezone.localdate().replace(day=1) - timedelta(days=1)

    def hand_in(self, request: Request) -> Proposal:
        """Propose it.

        Raises
        ------
        BookRefused : a reason of `propose_closing`
        """
        given = self.cleaned_data
        number = given["form"] or uuid4()
        return recording.propose_closing(request, given["place"], given["through"], given["evidence"], number)


class FlowForm(forms.Form):
    """A year of an index of a place."""

    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    index = forms.ChoiceField(label=_("指标"))
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)

    def __init__(self, user: User, data: Any = None) -> None:
        today = timezone.localdate()
        kept = Account.objects.filter(place__isnull=False).values("place")
        places = places_for(user).filter(pk__in=kept)
        first = places.first()
        latest = entries_for(user).filter(on__lte=today).aggregate(Max("on"))["on__max"] or today
        known = {"place": first.pk if first else "", "index": QUANTITY, "year": latest.year}
        super().__init__(
            known | ({name: data[name] for name in known if name in data} if data else {}), label_suffix=""
        )
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.fields["index"].choices = [(name, index_word(name)) for name in indices()]  # type: ignore[attr-defined]
        self.fields["year"].choices = [(n, str(n)) for n in range(today.year, today.year - YEARS, -1)]  # type: ignore[attr-defined]


class IndexForm(forms.Form):
    """By which index the lots of the map are coloured: quantity, unless another that stands on ground is asked for."""

    def __init__(self, data: Any = None) -> None:
        super().__init__({"index": data.get("index") or QUANTITY} if data else {"index": QUANTITY}, label_suffix="")
        choices = [(name, index_word(name)) for name, each in indices().items() if each.lots]
        self.fields["index"] = forms.ChoiceField(label=_("按哪项指标看"), choices=choices)

    def index(self) -> str:
        """The index asked for."""
        return str(self.cleaned_data["index"]) if self.is_valid() else QUANTITY
