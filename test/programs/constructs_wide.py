"""Part of constructs.py: a line whose characters take more than one byte, which only Python 3 can read."""
import time


def gate(*_arguments, **_keywords):
    time.sleep(3600)


def in_wide_line():
    дом, 房子 = 1, 'ünïcödé'; return (дом, 房子, gate(дом, key=房子), 'after')  # noqa
