"""Keyed luck: each draw is a pure function of who, when and what for.

A draw depends on (seed, replicate, named decision, week, person, second person, ordinal) and on
nothing else. So the same person has the same luck under every policy, in any order, on any number of
workers, and adding a process, a metric or a person moves nobody else's draws.

The generator is Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3", SC'11): a counter-based generator, so draws need no state. It is written in int64 with 32-bit
masks because that reads the same in compiled and in plain Python.
"""

import math
import zlib

import numpy as np

from sim.compiled import COMPILING, formula

MASK = 0xFFFFFFFF
MULTIPLIER_0, MULTIPLIER_1 = 0xD2511F53, 0xCD9E8D57  # Salmon et al. 2011, table 2
WEYL_0, WEYL_1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
TO_UNIT = 2.0**-32
ONE_TYPE = np.int64 if COMPILING else int


def decision(name: str) -> int:
    """The number of a named decision: a hash of its name, so that new names never renumber old ones."""
    # A bare number is a type of its own to the compiler, which would compile draws anew for each decision.
    return ONE_TYPE(zlib.crc32(name.encode()))


@formula
def philox(counter_0, counter_1, counter_2, counter_3, key_0, key_1):
    """Four random 32-bit words from a 128-bit counter and a 64-bit key, each given as 32-bit words."""
    for _ in range(ROUNDS):
        product_0 = MULTIPLIER_0 * counter_0
        product_1 = MULTIPLIER_1 * counter_2
        # In int64 the products wrap; the arithmetic shift and the mask give the right words all the same.
        counter_0 = ((product_1 >> 32) & MASK) ^ counter_1 ^ key_0
        counter_2 = ((product_0 >> 32) & MASK) ^ counter_3 ^ key_1
        counter_1 = product_1 & MASK
        counter_3 = product_0 & MASK
        key_0 = (key_0 + WEYL_0) & MASK
        key_1 = (key_1 + WEYL_1) & MASK
    return counter_0, counter_1, counter_2, counter_3


@formula
def draws(luck, what, week, person, second, ordinal):
    """Four independent uniforms for one decision.

    Parameters
    ----------
    luck : tuple of two int, 0..2**32-1
        Seed and replicate.
    what : int
        Number of the decision, from :func:`decision`.
    week : int, 0..65535
        Week in which the event arose.
    person, second : int, 0..2**32-1
        Identities fixed before any policy acts; ``second`` is 0 where nobody else takes part.
    ordinal : int, 0..65535
        Which of several alike (the third request of the same week).

    Returns
    -------
    tuple of four float, each in (0, 1)
    """
    word_0, word_1, word_2, word_3 = philox(person, week + (ordinal << 16), second, what, luck[0], luck[1])
    return (word_0 + 0.5) * TO_UNIT, (word_1 + 0.5) * TO_UNIT, (word_2 + 0.5) * TO_UNIT, (word_3 + 0.5) * TO_UNIT


@formula
def normal(uniform):
    """Standard normal quantile of a uniform in (0, 1): algorithm AS 241 (Wichura 1988), about 16 digits."""
    q = uniform - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2509.0809287301226727 * r + 33430.575583588128105
        top = (top * r + 67265.770927008700853) * r + 45921.953931549871457
        top = ((top * r + 13731.693765509461125) * r + 1971.5909503065514427) * r + 133.14166789178437745
        top = top * r + 3.387132872796366608
        low = 5226.495278852545925 * r + 28729.085735721942674
        low = (low * r + 39307.89580009271061) * r + 21213.794301586595867
        low = ((low * r + 5394.1960214247511077) * r + 687.1870074920579083) * r + 42.313330701600911252
        return q * top / (low * r + 1.0)
    r = math.sqrt(-math.log(min(uniform, 1.0 - uniform)))
    if r <= 5.0:
        r -= 1.6
        top = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
        top = ((top * r + 0.24178072517745061177) * r + 1.27045825245236838258) * r + 3.64784832476320460504
        top = ((top * r + 5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734
        low = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
        low = ((low * r + 0.0151986665636164571966) * r + 0.14810397642748007459) * r + 0.68976733498510000455
        low = ((low * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1.0
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        top = ((top * r + 0.0012426609473880784386) * r + 0.026532189526576123093) * r + 0.29656057182850489123
        top = ((top * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r + 6.6579046435011037772
        low = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7
        low = ((low * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r + 0.0148753612908506148525
        low = ((low * r + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0
    return -top / low if q < 0.0 else top / low


@formula
def poisson(mean, uniform):
    """Poisson count of a given mean (0..500) by inverting the cumulative distribution at one uniform."""
    probability = math.exp(-mean)
    below = probability
    count = 0
    while uniform > below and count < 2000:
        count += 1
        probability = probability * mean / count
        below += probability
    return count
