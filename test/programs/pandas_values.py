"""Objects of pandas that derive from datetime's, with what their own `repr` says of them."""
import datetime
import random
import threading

import numpy as np
import pandas as pd

import oracle


def frames():
    table = pd.DataFrame({'a': [1, 2], 'b': pd.Series([None, 'y'], index=[5, 6], dtype=object), 'c': [1.5, 2]}, index=[5, 6])
    mixed = pd.DataFrame({'d': pd.date_range('2024', periods=3), 'i': pd.array([1, None, 3], dtype='Int64')})
    wide = pd.DataFrame(np.zeros((1000, 50)))
    empty = pd.DataFrame()
    numbers = pd.Series([1, 2, 3], name='n')
    row = table.iloc[0]
    zoned = pd.Series(pd.date_range('2024-01-01', periods=2, tz='Europe/Berlin').as_unit('ns'))
    category = pd.Series(pd.Categorical([7, 9, None, 7]))
    password = pd.Series(['abc'], dtype=object)
    column = pd.Series(['abc'], dtype=object, name='password')
    large = pd.Series(np.arange(10 ** 6))
    index = pd.Index([3, 4], name='k')
    counted = pd.RangeIndex(0, 100, 2)
    dates = pd.date_range('2024', periods=2).as_unit('s')
    masked = pd.array([True, None], dtype='boolean')
    return table, mixed, wide, empty, numbers, row, zoned, category, password, column, large, index, counted, dates, masked


def periods():
    quarter = pd.Period('2024-03-05', freq='Q-NOV')
    days = [pd.Period('1812-03', freq='M'), pd.Period('2024-03', freq='3M'), pd.Period('2024-03-05', freq='D'), pd.Period('2024Q1', freq='Q')]
    weeks = [pd.Period(ordinal=i, freq='W-' + day) for i in (-1, 0, 2826) for day in ('SUN', 'MON', 'SAT')]
    business = [pd.Period(ordinal=i, freq='B') for i in range(-7, 8)] if hasattr(pd.offsets, 'BDay') else []
    return [quarter, days, weeks, business]


with_warnings = __import__('warnings').simplefilter('ignore')


def hold():
    started = pd.Timestamp('2024-01-01T00:00:00.000000123', tz='Europe/Berlin')
    summer = pd.Timestamp('2024-07-01T12:30:00.5', tz='America/New_York')
    kolkata = pd.Timestamp('1899-12-31 23:59:59', tz='Asia/Kolkata')
    utc = pd.Timestamp('2024-01-01', tz='UTC')
    fixed = pd.Timestamp('2024-01-01', tz=datetime.timezone(datetime.timedelta(hours=-5, minutes=-30)))
    finished = pd.NaT
    far = pd.Timestamp(np.datetime64('20000-06-01T12:00:00', 's'))
    early = pd.Timestamp(np.datetime64('-0100-01-01', 's'))
    millis = pd.Timestamp(np.datetime64('1969-12-31T23:59:59.999', 'ms'))
    delta = pd.Timedelta(days=1, nanoseconds=5)
    dnat = pd.Timedelta('NaT')
    big = pd.Timedelta(np.timedelta64(10 ** 12, 's'))
    less = pd.Timedelta(-1, 'us')
    row = {'start': started, 'end': finished}
    drawn = random.Random(5)
    stamps = [pd.Timestamp(drawn.randrange(-2 ** 62, 2 ** 62)) for _ in range(300)]
    spans = [pd.Timedelta(drawn.randrange(-2 ** 62, 2 ** 62)) for _ in range(300)]

    class Mine(pd.Timestamp):
        pass

    mine = Mine('2024-01-01')
    nothing = pd.NA
    numbers = pd.Interval(0.5, 2, closed='left')
    quarter, days, weeks, business = periods()
    table, mixed, wide, empty, series, row, zoned, category, password, column, large, index, counted, dates, masked = frames()
    row_parts = [repr(row.name), [repr(each) for each in row]]
    oracle.announce(extra={'row': row_parts, 'reprs': {name: repr(value) for name, value in locals().items() if name not in ('Mine', 'drawn', 'row_parts')}})
    threading.Event().wait()


hold()
