"""What a trial of values would change, in sentences an official reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache

from liangtian import units
from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds, pools
from liangtian.messages import Language, catalogue, render_text
from liangtian.policy.facts import dictionary
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.policy.whatif import Comparison

_FRACTIONS = {("numerator", "denominator"), ("of", "out_of")}


def sentences(comparison: Comparison, trial: Iterable[Parameter], known: Parameters, lang: Language) -> Iterator[str]:
    """Word the trial itself, then what it changes: outcomes by rule, amounts by pool, pools below zero.

    Parameters
    ----------
    known : the values without the trial, to say what each was
    """
    for value in trial:
        yield worded(value, known, lang)
    yield _say("whatif-asked", lang, asked=comparison.asked, touched=comparison.touched)
    yield from _outcomes(comparison, lang)
    yield from _amounts(comparison, lang)
    for each in comparison.below:
        words = {"party": _party(each.party, lang), "pool": _pool(each.pool, lang), "index": _index(each.index, lang)}
        amount = _amount(each.index, each.balance, lang)
        yield _say("whatif-below", lang, place=each.place, on=each.on.isoformat(), balance=amount, **words)
    if not comparison.changed:
        yield _say("whatif-nothing", lang)


def value_label(name: str, lang: Language) -> str:
    """The words of a value, or its name where it has none."""
    texts = catalogue().get(name)
    return texts[lang] if texts else name


def value_text(plain: object, unit: str, lang: Language = "zh") -> str:
    """A value with its unit: a share in percent, codes in words.

    Examples
    --------
    >>> value_text(0.2, "share"), value_text(1000, "mu"), value_text("11-30", "month-day"), value_text(1000, "mu", "en")
    ('20%', '1,000 亩', '11-30', '1,000 mu')
    >>> value_text({"of": 2, "out_of": 3}, "share"), value_text({"livestock": 0}, "yes/no")
    ('2/3', '畜禽水产养殖设施：否')
    >>> value_text({"steps": 5, "completion": 10}, "year")
    '最后一步 5 年；项目竣工 10 年'
    """
    if unit.startswith("share") and isinstance(plain, (int, float)):
        percent = f"{units.round_half_up(Fraction(str(plain)) * 100, 2).normalize():f}%"
        return f"{percent} {_unit(unit, lang)}".rstrip() if unit != "share" else percent
    if isinstance(plain, (int, float)):
        return f"{plain:,} {_unit(unit, lang)}".rstrip()
    if isinstance(plain, dict):
        return _table(plain, unit, lang)
    if isinstance(plain, list):
        return "；".join(_item(each, unit, lang) for each in plain)
    return str(plain)


def _table(plain: dict[str, object], unit: str, lang: Language) -> str:
    """A fraction that a text states in two figures stays one: 2/3; yes and no are words."""
    if tuple(plain) in _FRACTIONS:
        above, below = plain.values()
        return f"{above}/{below} {_unit(unit, lang) if unit != 'share' else ''}".rstrip()
    if unit == "yes/no":
        return "；".join(f"{code_text(key, lang)}：{_say(f'answer-{each}', lang)}" for key, each in plain.items())
    return "；".join(f"{code_text(key, lang)} {value_text(each, unit, lang)}" for key, each in plain.items())


def code_text(code: str, lang: Language = "zh") -> str:
    """A code of the facts dictionary, of the book or of a value's own table in words; what is no code stays as it is."""
    words = _codes().get(code) or catalogue().get(f"code-{code}")
    return code if words is None else words[lang]


@cache
def _codes() -> dict[str, dict[str, str]]:
    codes: dict[str, dict[str, str]] = {}
    for fact in dictionary().values():
        for code, words in fact.values.items():
            codes.setdefault(code, dict(words))
    for kind in credit_kinds().values():
        codes.setdefault(kind.id, {"zh": kind.zh, "en": kind.en})
    for index in indices().values():
        codes.setdefault(index.id, {"zh": index.zh, "en": index.en})
    return codes


def _item(each: object, unit: str, lang: Language) -> str:
    if isinstance(each, dict):
        last = "" if each["to"] is None else f"{each['to']:,}"
        return f"{each['from']:,}–{last}: {value_text(each['value'], unit, lang)}"
    return code_text(str(each), lang)


def _unit(unit: str, lang: Language) -> str:
    texts = catalogue().get(f"unit-{unit}")
    return texts[lang] if texts else unit


def worded(value: Parameter, known: Parameters, lang: Language) -> str:
    """What is on trial: the value, what it was, from when, until when and where."""
    name = value.replaces or value.name
    was = known.history(name)
    held = [each for each in was if each.since <= value.since] or list(was)
    return _say(
        "whatif-trial",
        lang,
        label=value_label(name, lang),
        name=name,
        was=value_text(held[-1].plain, value.unit, lang),
        now=value_text(value.plain, value.unit, lang),
        since=value.since.isoformat(),
        until=_say("whatif-until", lang, until=value.until.isoformat()) if value.until else "",
        place=value.place or _say("whatif-everywhere", lang),
    )


def _outcomes(comparison: Comparison, lang: Language) -> Iterator[str]:
    counted = Counter(
        (rule, before or "none", after or "none")
        for each in comparison.changed
        for rule, (before, after) in each.outcomes.items()
    )
    for (rule, before, after), count in sorted(counted.items()):
        words = {"before": _say(f"outcome-{before}", lang), "after": _say(f"outcome-{after}", lang)}
        yield _say("whatif-outcomes", lang, rule=rule, count=count, wording=_say(rule, lang), **words)


def _amounts(comparison: Comparison, lang: Language) -> Iterator[str]:
    sums: dict[str, int] = defaultdict(int)
    cases: Counter[str] = Counter()
    for each in comparison.changed:
        for name, (before, after) in each.postings.items():
            sums[name] += after - before
            cases[name] += 1
    for name, difference in sorted(sums.items()):
        party, pool, index = name.split(":")
        words = {"party": _party(party, lang), "pool": _pool(pool, lang), "index": _index(index, lang)}
        message = "whatif-more" if difference >= 0 else "whatif-less"
        yield _say(message, lang, count=cases[name], amount=_amount(index, abs(difference), lang), **words)


def _amount(index: str, amount: int, lang: Language) -> str:
    unit = indices()[index].unit
    if unit == "m2":
        mu = units.display_area(amount, "mu")
        return f"{mu} 亩（{amount:,} m²）" if lang == "zh" else f"{mu} mu ({amount:,} m²)"
    if unit == "fen":
        return f"{units.round_half_up(Fraction(amount, 100), 2):,} {'元' if lang == 'zh' else 'yuan'}"
    return f"{amount:,} kg"


def _index(name: str, lang: Language) -> str:
    index = indices()[name]
    return index.zh if lang == "zh" else index.en


def _pool(name: str, lang: Language) -> str:
    pool = pools()[name]
    return pool.zh if lang == "zh" else pool.en


def _party(name: str, lang: Language) -> str:
    return _say(f"party-{name}", lang)


def _say(message_id: str, lang: Language, **params: object) -> str:
    return render_text(message_id, params, lang=lang)
