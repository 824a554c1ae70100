"""Days as terms: year, month and day are whole numbers, and the calendar is arithmetic with constant divisors.

The same calendar for known dates is in :mod:`engine.language.values`.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from engine.language.logic import Term
from engine.language.term_bank import TermBank

SHORTEST_MONTH = 28
LONG_MONTHS = (4, 6, 9, 11)  # the months of 30 days
ERA_YEARS, ERA_DAYS = 400, 146_097  # the calendar repeats


class Day(NamedTuple):
    """A day whose year, month and day are terms."""

    year: Term
    month: Term
    day: Term


def constant(bank: TermBank, day: dt.date) -> Day:
    return Day(bank.whole(day.year), bank.whole(day.month), bank.whole(day.day))


def code(bank: TermBank, value: Term | Day) -> Term:
    """A day as one whole number that orders like it; any other value as it is."""
    if not isinstance(value, Day):
        return value
    years = bank.times(bank.whole(10_000), value.year)
    return bank.plus(years, bank.times(bank.whole(100), value.month), value.day)


def day_code(day: dt.date) -> int:
    """What :func:`code` gives for a known day."""
    return day.year * 10_000 + day.month * 100 + day.day


def in_calendar(bank: TermBank, day: Day) -> Term:
    """Whether the year is one that dates can have."""
    first, last = bank.whole(dt.MINYEAR), bank.whole(dt.MAXYEAR)
    return bank.both(bank.at_most(first, day.year), bank.at_most(day.year, last))


def leap(bank: TermBank, year: Term) -> Term:
    zero = bank.whole(0)
    fourth, hundredth, era = (bank.same(bank.mod(year, by), zero) for by in (4, 100, ERA_YEARS))
    return bank.both(fourth, bank.either(bank.negate(hundredth), era))


def month_length(bank: TermBank, year: Term, month: Term) -> Term:
    february = bank.choose(leap(bank, year), bank.whole(29), bank.whole(28))
    short = bank.either(*(bank.same(month, bank.whole(number)) for number in LONG_MONTHS))
    other = bank.choose(short, bank.whole(30), bank.whole(31))
    return bank.choose(bank.same(month, bank.whole(2)), february, other)


def exists(bank: TermBank, day: Day) -> Term:
    """Whether month and day are such that the calendar has the day."""
    one = bank.whole(1)
    return bank.both(
        bank.at_most(one, day.month),
        bank.at_most(day.month, bank.whole(12)),
        bank.at_most(one, day.day),
        bank.at_most(day.day, month_length(bank, day.year, day.month)),
    )


def shifted(bank: TermBank, start: Day, unit: str, count: Term) -> Day:
    """``start`` moved by whole days, months or years; a day that the month lacks becomes its last day."""
    if unit == "days":
        return _days_later(bank, start, count)
    if unit == "years":
        year, month = bank.plus(start.year, count), start.month
    else:
        index = bank.plus(bank.times(bank.whole(12), start.year), start.month, bank.whole(-1), count)
        year, month = bank.div(index, 12), bank.plus(bank.mod(index, 12), bank.whole(1))
    last = month_length(bank, year, month)
    return Day(year, month, bank.choose(bank.at_most(start.day, last), start.day, last))


def _days_later(bank: TermBank, start: Day, count: Term) -> Day:
    if count.constant and 0 <= count.value <= SHORTEST_MONTH:  # at most one month is left
        day, length = bank.plus(start.day, count), month_length(bank, start.year, start.month)
        within = bank.at_most(day, length)
        december = bank.same(start.month, bank.whole(12))
        next_year = bank.choose(december, bank.plus(start.year, bank.whole(1)), start.year)
        next_month = bank.choose(december, bank.whole(1), bank.plus(start.month, bank.whole(1)))
        return Day(
            bank.choose(within, start.year, next_year),
            bank.choose(within, start.month, next_month),
            bank.choose(within, day, bank.minus(day, length)),
        )
    return _of_ordinal(bank, bank.plus(ordinal(bank, start), count))


def ordinal(bank: TermBank, day: Day) -> Term:
    """Days since 1 March of year 0: years that begin in March end with their leap day."""
    early = bank.at_most(day.month, bank.whole(2))
    year = bank.choose(early, bank.plus(day.year, bank.whole(-1)), day.year)
    month = bank.choose(early, bank.plus(day.month, bank.whole(9)), bank.plus(day.month, bank.whole(-3)))
    before = bank.div(bank.plus(bank.times(bank.whole(153), month), bank.whole(2)), 5)
    leaps = (bank.div(year, 4), bank.times(bank.whole(-1), bank.div(year, 100)), bank.div(year, ERA_YEARS))
    return bank.plus(bank.times(bank.whole(365), year), *leaps, before, day.day, bank.whole(-1))


def _of_ordinal(bank: TermBank, ordinal: Term) -> Day:
    """The inverse of :func:`ordinal`."""
    era, of_era = bank.div(ordinal, ERA_DAYS), bank.mod(ordinal, ERA_DAYS)
    corrected = bank.plus(
        of_era,
        bank.times(bank.whole(-1), bank.div(of_era, 1460)),
        bank.div(of_era, 36_524),
        bank.times(bank.whole(-1), bank.div(of_era, ERA_DAYS - 1)),
    )
    year = bank.div(corrected, 365)
    past = bank.plus(
        bank.times(bank.whole(365), year), bank.div(year, 4), bank.times(bank.whole(-1), bank.div(year, 100))
    )
    of_year = bank.minus(of_era, past)
    month = bank.div(bank.plus(bank.times(bank.whole(5), of_year), bank.whole(2)), 153)
    before = bank.div(bank.plus(bank.times(bank.whole(153), month), bank.whole(2)), 5)
    late = bank.at_most(month, bank.whole(9))
    calendar_month = bank.choose(late, bank.plus(month, bank.whole(3)), bank.plus(month, bank.whole(-9)))
    whole_year = bank.plus(year, bank.times(bank.whole(ERA_YEARS), era))
    return Day(
        bank.choose(late, whole_year, bank.plus(whole_year, bank.whole(1))),
        calendar_month,
        bank.plus(bank.minus(of_year, before), bank.whole(1)),
    )


def full_years(bank: TermBank, start: Day, end: Day) -> Term:
    """Complete years from ``start`` to ``end``; 29 February counts as the 28th in common years."""
    leap_day = bank.both(bank.same(start.month, bank.whole(2)), bank.same(start.day, bank.whole(29)))
    day = bank.choose(bank.both(leap_day, bank.negate(leap(bank, end.year))), bank.whole(28), start.day)
    hundred = bank.whole(100)
    passed = bank.at_most(
        bank.plus(bank.times(hundred, start.month), day), bank.plus(bank.times(hundred, end.month), end.day)
    )
    years = bank.minus(end.year, start.year)
    return bank.choose(passed, years, bank.plus(years, bank.whole(-1)))
