"""Numpy arrays and scalars in variables; `reprs` is what numpy 2 says of the scalars."""
import threading

import numpy
import numpy.ma

import oracle

RECORD = [('x', 'i4'), ('y', 'f8'), ('z', 'U3')]
DEEP = [('p', [('a', 'i2'), ('b', '>f4')]), ('sub', 'i4', (2, 2))]


class Mine(numpy.ndarray):
    def __repr__(self):
        return 'mine'


def hold():
    line = numpy.arange(5)
    table = numpy.arange(6, dtype='float64').reshape(2, 3)
    turned = table.T
    backwards = numpy.arange(20).reshape(4, 5)[::2, ::-1]
    spread = numpy.broadcast_to(numpy.arange(3), (2, 3))
    small = numpy.array([0.1, 1e30, -0.0], dtype='float32')
    half = numpy.array([0.1, 65504], dtype='float16')
    wide = numpy.array([0.5, 2], dtype=numpy.longdouble)
    flags = numpy.array([True, False])
    words = numpy.array(['ab', 'cde'])
    octets = numpy.array([b'ab', b'c'])
    void = numpy.array([b'abcd'], dtype='V4')
    objects = numpy.array([None, [1]], dtype=object)
    pairs = numpy.array([1 + 2j])
    pairs_32 = numpy.array([0.1 + 2j], dtype='c8')
    big_endian = numpy.array([1, -2], dtype='>i4')
    big_words = numpy.array(['ab', '\xe9'], dtype='>U2')
    big_days = numpy.array(['2024-01-01'], dtype='>M8[s]')
    none = numpy.zeros((0, 3))
    point = numpy.array(7)
    object_point = numpy.array({'a': 1}, dtype=object)
    large = numpy.zeros(10 ** 6, dtype='uint8')
    larger = numpy.broadcast_to(numpy.int8(1), (2 ** 31, 2 ** 31))
    days = numpy.array(['2024-01-01', 'NaT'], dtype='M8[D]')
    nanoseconds = numpy.array(['1969-12-31T23:59:59.999999999'], dtype='M8[ns]')
    spans = numpy.array([1, 'NaT'], dtype='m8[25s]')
    records = numpy.array([(1, 2.5, 'a'), (3, 4.5, 'b')], dtype=RECORD)
    deep = numpy.zeros(1, dtype=DEEP)
    logins = numpy.array([(b'abc', 1)], dtype=[('password', 'S3'), ('id', 'i4')])
    masked = numpy.ma.array([1, 2, 3], mask=[0, 1, 0])
    unmasked = numpy.ma.array([1.5, 2])
    all_masked = numpy.ma.array([[1, 2]], mask=True)
    masked_records = numpy.ma.array([(1, 2)], dtype=[('a', 'i4'), ('b', 'i4')], mask=[(0, 1)])
    is_masked = numpy.ma.masked
    mine = numpy.arange(3).view(Mine)
    itself = numpy.array([None], dtype=object)
    itself[0] = itself
    scalars()


def scalars():
    scalar = numpy.float64(1.5)
    single = numpy.float32(0.1)
    tiny = numpy.float16(0.1)
    longest = numpy.longdouble('0.1')
    huge = -numpy.longdouble('1e4000')
    smallest = numpy.nextafter(numpy.longdouble(0), numpy.longdouble(1))
    endless = numpy.longdouble('inf')
    narrow_pair = numpy.complex64(0.1 + 2j)
    long_pair = numpy.clongdouble(1.5 - 2j)
    whole = numpy.int64(-3)
    unsigned = numpy.uint64(2 ** 64 - 1)
    truth = numpy.bool_(True)
    text = numpy.str_('abc')
    octets = numpy.bytes_(b'abc')
    moment = numpy.datetime64('2024-02-29T00:00:00.123456789')
    day = numpy.datetime64('2024-01-01')
    month = numpy.datetime64('1969-12')
    year = numpy.datetime64('2024')
    week = numpy.datetime64('2024-01-04', 'W')
    hour = numpy.datetime64('2024-01-01T05', 'h')
    minute = numpy.datetime64('2024-01-01T05:06')
    attoseconds = numpy.datetime64('1970-01-01T00:00:01', 'as')
    early = numpy.datetime64('-0100-03-01T00:00:01', 's')
    far = numpy.datetime64('20000-12-31', 'D')
    steps = numpy.datetime64(7, '25s')
    never = numpy.datetime64('NaT', 's')
    span = numpy.timedelta64(-5, 's')
    spans = numpy.timedelta64(3, '25us')
    no_span = numpy.timedelta64('NaT', 'ms')
    record = numpy.array([(1, 2.5, 'a')], dtype=RECORD)[0]
    kind = numpy.dtype('i4')
    kinds = numpy.dtype([('a', 'i4')])
    oracle.announce(extra={'reprs': {name: repr(value) for name, value in locals().items()}, 'numpy': numpy.__version__})
    threading.Event().wait()


hold()
