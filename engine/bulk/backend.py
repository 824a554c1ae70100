"""The dataframe functions that operators need, in Narwhals: expressions come in, expressions go out.

Dates are whole numbers written YYYYMMDD, because no two engines add months alike; everything is Int64 arithmetic that
Polars, DuckDB and Spark compute in the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals as nw

Expr = Any
DAY, MONTH, YEAR = 1, 100, 10000
LEAP_DAY, DAY_BEFORE = 229, 228


def date_code(day: dt.date) -> int:
    """A date as YYYYMMDD."""
    return day.year * YEAR + day.month * MONTH + day.day


class NarwhalsFrames:
    """:class:`engine.language.algebra.Frames` for any engine that Narwhals knows."""

    def lift(self, value: Any) -> Expr:
        """A typed literal: a bare int would be Int32 and could wrap."""
        if isinstance(value, bool):
            return nw.lit(value, dtype=nw.Boolean)
        if isinstance(value, int):
            return nw.lit(value, dtype=nw.Int64)
        return nw.lit(value, dtype=nw.String) if isinstance(value, str) else value

    def column(self, name: str) -> Expr:
        return nw.col(name)

    def unknown(self) -> Expr:
        return nw.lit(None, dtype=nw.Boolean)

    def nothing(self, kind: Any) -> Expr:
        """A null of the given Narwhals type in every row."""
        return nw.lit(None, dtype=kind)

    def when(self, condition: Expr, then: Expr, otherwise: Expr) -> Expr:
        return nw.when(condition).then(then).otherwise(otherwise)

    def only(self, condition: Expr, then: Expr) -> Expr:
        return nw.when(condition).then(then)

    def coalesce(self, values: Sequence[Expr]) -> Expr:
        return nw.coalesce(*values)

    def extreme(self, values: Sequence[Expr], largest: bool) -> Expr:
        if len(values) == 1:
            return values[0]  # Spark takes two or more
        return nw.max_horizontal(*values) if largest else nw.min_horizontal(*values)

    def quotient(self, above: Expr, below: Expr) -> Expr:
        """Floor of above ÷ below, without a fraction on the way: engines differ on negative remainders."""
        rest = ((above % below) + below) % below
        return ((above - rest) // below).cast(nw.Int64)

    def shifted(self, date: Expr, unit: str, count: Any) -> Expr:
        if unit == "days":
            return self._add_days(date, count)
        return self._add_years(date, count) if unit == "years" else self._add_months(date, count)

    def full_years(self, start: Expr, end: Expr) -> Expr:
        """Complete years; someone born on 29 February turns on the 28th of a year without it."""
        day = self._usual(start % YEAR, end // YEAR)
        early = nw.when(end % YEAR < day).then(self.lift(1)).otherwise(self.lift(0))
        return (end // YEAR).cast(nw.Int64) - (start // YEAR).cast(nw.Int64) - early

    def _usual(self, month_day: Expr, year: Expr) -> Expr:
        """29 February as the 28th in a year that lacks it."""
        leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
        return nw.when((month_day == LEAP_DAY) & ~leap).then(self.lift(DAY_BEFORE)).otherwise(month_day)

    def _add_years(self, date: Expr, years: Any) -> Expr:
        year = (date // YEAR).cast(nw.Int64) + years
        return year * YEAR + self._usual(date % YEAR, year)

    def _add_months(self, date: Expr, months: Any) -> Expr:
        """``date`` moved by months; a day that the month lacks becomes its last (design, section 8)."""
        index = (date // YEAR).cast(nw.Int64) * 12 + (date % YEAR // MONTH).cast(nw.Int64) - 1 + months
        year, month, day = (index // 12).cast(nw.Int64), index % 12 + 1, date % MONTH
        short = month.is_in([4, 6, 9, 11]) & (day > 30)
        late = (month == 2) & (day > 28)
        leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
        february = nw.when(leap).then(self.lift(29)).otherwise(self.lift(28))
        day = nw.when(short).then(self.lift(30)).otherwise(nw.when(late).then(february).otherwise(day))
        return year * YEAR + month * MONTH + day

    def _add_days(self, date: Expr, days: Any) -> Expr:
        """Through the count of days, as in Howard Hinnant's civil-calendar algorithms (eras of 400 years)."""
        month = (date % YEAR // MONTH).cast(nw.Int64)
        early = nw.when(month <= 2).then(self.lift(1)).otherwise(self.lift(0))
        year = (date // YEAR).cast(nw.Int64) - early
        era = self._part(year, 400)
        of_era = year % 400
        of_year = self._part((month + early * 12 - 3) * 153 + 2, 5) + date % MONTH - 1
        count = era * 146097 + of_era * 365 + self._part(of_era, 4) - self._part(of_era, 100) + of_year + days
        era, rest = self._part(count, 146097), count % 146097
        leaps = self._part(rest, 1460) - self._part(rest, 36524) + self._part(rest, 146096)
        years = self._part(rest - leaps, 365)
        of_year = rest - (years * 365 + self._part(years, 4) - self._part(years, 100))
        march = self._part(of_year * 5 + 2, 153)
        day = of_year - self._part(march * 153 + 2, 5) + 1
        month = nw.when(march < 10).then(march + 3).otherwise(march - 9)
        year = years + era * 400 + nw.when(month <= 2).then(self.lift(1)).otherwise(self.lift(0))
        return year * YEAR + month * MONTH + day

    def _part(self, value: Expr, size: int) -> Expr:
        return (value // size).cast(nw.Int64)
