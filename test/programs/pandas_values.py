"""Objects of pandas that derive from datetime's, with what their own `repr` says of them."""
import datetime
import random
import threading

import numpy as np
import pandas as pd

import oracle


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
    oracle.announce(extra={'reprs': {name: repr(value) for name, value in locals().items() if name not in ('Mine', 'drawn')}})
    threading.Event().wait()


hold()
