"""What runs low, has expired, will soon, or has stood open for long: as far as a person sees the lots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import upstream, words
from synthesis.access import Actor, visible
from synthesis.models import LedgerEntry, Material, MaterialLot, Sample
from synthesis.models.samples import State
from synthesis.sample_parts import Notice

SOON_DAYS = 30
OPEN_LONG_DAYS = 365
MOST = 6  # of each sort, on the first page
_NO_USE = ("split", "pool")  # the stock lives on in the part, whose own page says that it expired


@dataclass(frozen=True)
class Alert:
    """One line of what needs somebody."""

    level: str
    icon: str
    sentence: str
    more: str
    url: str
    link: str


@dataclass(frozen=True)
class Stock:
    """How much is left of a material in the lots that one sees; ``apart`` is what cannot be added up with it."""

    amount: Decimal
    unit: str
    apart: tuple[tuple[Decimal, str], ...] = ()

    def below(self, material: Material) -> bool:
        """Whether it is time to order, as far as the two amounts can be compared."""
        wanted = material.low_stock_amount
        return wanted is not None and self.unit == material.low_stock_unit and self.amount < wanted


def stocks(materials: Iterable[Material], actor: Actor) -> dict[int, Stock]:
    """The stock of each material of which this person sees a lot, in one query; rejected lots are no stock."""
    known = {material.pk: material for material in materials}
    rows = (
        visible(MaterialLot.objects.filter(material__in=list(known)), actor)
        .order_by()
        .values_list("material_id", "unit")
        .annotate(left=Sum("amount_left", filter=~Q(state=State.REJECTED)))
    )
    found: dict[int, dict[str, Decimal]] = {}
    for material, unit, left in rows:
        found.setdefault(material, {})[unit] = left or Decimal(0)
    return {pk: _stock(known[pk], amounts) for pk, amounts in found.items()}


def low(actor: Actor) -> list[Alert]:
    """Materials of which less is left than the amount to order at."""
    watched = list(Material.objects.filter(low_stock_amount__isnull=False).order_by("name"))
    if not watched:
        return []
    found = stocks(watched, actor)
    return [
        Alert(
            "warn",
            "package",
            _("%(material)s: %(left)s left") % {"material": material, "left": words.amount(stock.amount, stock.unit)},
            _("order below %(amount)s")
            % {"amount": words.amount(material.low_stock_amount, material.low_stock_unit)},
            material.get_absolute_url(),
            _("Open"),
        )
        for material in watched
        if (stock := found.get(material.pk)) is not None and stock.below(material)
    ]  # fmt: skip


def dated(actor: Actor) -> list[Alert]:
    """Lots that have expired or will within a month, the nearest first, and those that stand open for a year."""
    today = timezone.localdate()
    lots = visible(
        MaterialLot.objects.filter(amount_left__gt=0)
        .exclude(state=State.REJECTED)
        .select_related("material"),
        actor,
    )
    ending = lots.filter(expires_on__lte=today + timedelta(days=SOON_DAYS)).order_by("expires_on", "pk")
    opened = lots.filter(opened_on__lte=today - timedelta(days=OPEN_LONG_DAYS)).exclude(expires_on__lte=today)
    return [_ending(lot, today) for lot in ending[:MOST]] + [
        _opened(lot) for lot in opened.order_by("opened_on", "pk")[:MOST]
    ]


def of_lot(lot: MaterialLot, actor: Actor) -> list[Notice]:
    """What to know before one takes from a lot."""
    today = timezone.localdate()
    found = []
    if lot.expires_on is not None and lot.expires_on <= today + timedelta(days=SOON_DAYS):
        level = "bad" if lot.expires_on < today else "warn"
        found.append(Notice(level, _expiry(lot.expires_on, today)))
    if lot.opened_on is not None and lot.opened_on <= today - timedelta(days=OPEN_LONG_DAYS):
        found.append(Notice("warn", _("It was opened on %(day)s.") % {"day": _day(lot.opened_on)}))
    if lot.material.low_stock_amount is not None:
        stock = stocks([lot.material], actor).get(lot.material.pk)
        if stock is not None and stock.below(lot.material):
            found.append(_runs_low(lot.material, stock))
    return found


def expired_inputs(product: Sample, actor: Actor) -> list[Notice]:
    """What a step took although it had expired."""
    if not upstream.of(product, "expired"):
        return []
    made = timezone.localdate(product.made_at)
    takes = LedgerEntry.objects.filter(
        product=product.pk, kind=LedgerEntry.Kind.USE, sample__materiallot__expires_on__lt=made
    ).exclude(role__in=_NO_USE)
    rows = visible(takes, actor, "sample__project").order_by("pk")
    found: dict[str, date] = dict(rows.values_list("sample__code", "sample__materiallot__expires_on"))  # type: ignore[arg-type]  # filtered: all have a date
    return [
        Notice(
            "warn",
            ngettext(
                "%(lot)s had expired %(days)s day before it was used.",
                "%(lot)s had expired %(days)s days before it was used.",
                (made - expired).days,
            )
            % {"lot": code, "days": (made - expired).days},
            f"/samples/{code}/",
            _("Open the lot"),
        )
        for code, expired in found.items()
    ]


def _stock(material: Material, amounts: dict[str, Decimal]) -> Stock:
    """All in the unit in which the material is ordered, by its density where that is needed."""
    unit = material.low_stock_unit if material.low_stock_amount else next(iter(sorted(amounts)))
    total, apart = Decimal(0), []
    for own, amount in amounts.items():
        same = _turned(amount, own, unit, material.density_g_per_mL)
        if same is None:
            apart.append((amount, own))
        else:
            total += same
    if apart and unit not in amounts:
        (total, unit), *apart = apart
    return Stock(total, unit, tuple(apart))


def _turned(amount: Decimal, unit: str, wanted: str, density: Decimal | None) -> Decimal | None:
    if unit == wanted:
        return amount
    if density and (unit, wanted) == ("mL", "g"):
        return amount * density
    if density and (unit, wanted) == ("g", "mL"):
        return amount / density
    return None


def _ending(lot: MaterialLot, today: date) -> Alert:
    expired = lot.expires_on is not None and lot.expires_on < today
    return Alert(
        "bad" if expired else "warn",
        "calendar-clock",
        f"{lot.code} " + (_("has expired") if expired else _("expires soon")),
        f"{lot.material} · {_expiry(lot.expires_on or today, today)}",
        lot.get_absolute_url(),
        _("Open"),
    )


def _opened(lot: MaterialLot) -> Alert:
    sentence = _("%(lot)s stands open since %(day)s") % {"lot": lot.code, "day": _day(lot.opened_on)}
    return Alert("warn", "calendar-clock", sentence, str(lot.material), lot.get_absolute_url(), _("Open"))


def _expiry(expires: date, today: date) -> str:
    days = (expires - today).days
    said = {"day": _day(expires), "days": abs(days)}
    if days < 0:
        return (
            ngettext(
                "It expired on %(day)s, %(days)s day ago.", "It expired on %(day)s, %(days)s days ago.", -days
            )
            % said
        )
    if days == 0:
        return _("It expires today.")
    return ngettext(
        "It expires on %(day)s, in %(days)s day.", "It expires on %(day)s, in %(days)s days.", days
    ) % said  # fmt: skip


def _runs_low(material: Material, stock: Stock) -> Notice:
    sentence = _("%(material)s runs low: %(left)s left in all lots, order below %(amount)s.") % {
        "material": material,
        "left": words.amount(stock.amount, stock.unit),
        "amount": words.amount(material.low_stock_amount, material.low_stock_unit),
    }
    return Notice("warn", sentence, material.get_absolute_url(), _("Open the material"))


def _day(day: date | None) -> str:
    return formats.date_format(day, "j M Y") if day else ""


def share_alerts(samples: Iterable[Sample]) -> list[Alert]:
    """Samples of which little is left, for what has no amount to order at."""
    return [
        Alert(
            "warn",
            "package",
            _("%(code)s has %(left)s left")
            % {"code": sample.code, "left": words.amount(sample.amount_left, sample.unit)},
            sample.name,
            sample.get_absolute_url(),
            _("Open"),
        )
        for sample in samples
    ]
