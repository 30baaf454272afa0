"""What a program that embeds Python runs (embedding.c): waits in a function that the program calls back."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'programs'))
import oracle
import program


def gate():
    time.sleep(3600)


oracle.announce()
program.through(lambda: sorted([1], key=lambda _: gate()))
