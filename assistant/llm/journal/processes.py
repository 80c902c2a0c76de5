"""Whose attempts are in flight: this process, one that lives, or one that is no more."""

import os
from functools import cache

import psutil

NOBODY = "dropped"
"""Stands for the process of attempts that were broken off."""


@cache
def process() -> str:
    """This process, told apart from one that had its number before."""
    return f"{os.getpid()}/{psutil.Process().create_time():.2f}"


def lives(process: str) -> bool:
    """Whether a process still runs."""
    if process == NOBODY:
        return False
    number, _, started = process.partition("/")
    try:
        return f"{psutil.Process(int(number)).create_time():.2f}" == started
    except psutil.Error:
        return False
