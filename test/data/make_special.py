#!/usr/bin/env python3
# Golden values of the special functions, with mpmath at 60 digits.
# Run with Debian's python3 and python3-mpmath: python3 make_special.py > special.csv
import random
from mpmath import mp, mpf, psi, log, loggamma, pi, betainc, exp, besseli, besselj, acos, cos, quad, linspace

mp.dps = 60
random.seed(20260630)

def out(name, arguments, value):
    print(','.join([name] + [repr(a) for a in arguments] + [''] * (4 - len(arguments)) + [mp.nstr(value, 25)]))

def log_uniform(low, high):
    return float(10 ** random.uniform(low, high))

# I_x(a, b) as a series of positive terms, at as many digits as the arguments need
def lower_tail(a, b, x, y):
    a, b, x, y = mpf(a), mpf(b), mpf(x), mpf(y)
    # x^a y^b / (a B) * sum of (a+b)_n x^n / (a+1)_n
    term = mpf(1)
    total = mpf(1)
    n = 0
    while True:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
        if term < total * mpf(10) ** -45 and (a + b + n) * x < (a + 1 + n):
            break
    return a * log(x) + b * log(y) + loggamma(a + b) - loggamma(a + 1) - loggamma(b) + log(total)

print('function,a,b,x,y,value')
xs = [1e-8, 1e-4, 0.1, 0.5, 1.0, 1.5, 2.0, 5.0, 11.999, 12.0, 12.001, 100.0, 1e4, 1e8, 1e12] + [log_uniform(-8, 12) for _ in range(60)]
for x in xs:
    out('digamma', [x], psi(0, mpf(x)))
    out('trigamma', [x], psi(1, mpf(x)))
    out('log_minus_digamma', [x], log(mpf(x)) - psi(0, mpf(x)))
    out('stirling_error', [x], loggamma(mpf(x)) - ((mpf(x) - mpf(1) / 2) * log(mpf(x)) - mpf(x) + log(2 * pi) / 2))

cases = 0
while cases < 160:
    size = random.choice([2, 2, 4, 4, 6])
    a, b = log_uniform(-4 if size < 4 else -1, size), log_uniform(-4 if size < 4 else -1, size)
    mean = a / (a + b)
    width = (mean * (1 - mean) / (a + b + 1)) ** 0.5
    x = mean + random.uniform(-5, 5) * width if random.random() < 0.7 else random.random()
    if not 1e-300 < x < 1 - 1e-9:
        continue
    y = float(mpf(1) - mpf(x))
    if a + b > 1e5 and abs(x - mean) > 12 * width:
        continue
    if float(mpf(x) + mpf(y)) != 1.0:
        continue
    # the exact y of this x, so that the pair is consistent to the last digit
    my = mpf(1) - mpf(x)
    if mpf(y) != my:
        continue
    mp.dps = 60
    # the smaller tail by its series, the other from it; where both series are
    # short they must add up to 1
    if x < mean:
        lower = lower_tail(a, b, x, my)
        upper = log(1 - exp(lower))
        other = lower_tail(b, a, my, x) if a + b < 1e3 else upper
    else:
        upper = lower_tail(b, a, my, x)
        lower = log(1 - exp(upper))
        other = lower_tail(a, b, x, my) if a + b < 1e3 else lower
    assert abs(other - (upper if x < mean else lower)) < mpf(10) ** -20 * (1 + abs(other)), (a, b, x)
    out('log_beta_lower', [a, b, x, y], lower)
    out('log_beta_upper', [a, b, x, y], upper)
    cases += 1

for x in [0.0, 1e-6, 0.1, 1.0, 5.0, 19.999, 20.0, 20.001, 100.0, 1e4, 1e8] + [log_uniform(-3, 6) for _ in range(30)]:
    mx = mpf(x)
    out('log_bessel_i0_scaled', [x], log(besseli(0, mx)) - mx)
    out('bessel_ratio', [x], besseli(1, mx) / besseli(0, mx))

# P(three unit vectors of random directions add up to this length or more), from the length of two of them
def resultant_of_three(length):
    def given(angle):
        two = 2 * cos(angle / 2)
        cosine = (length ** 2 - 1 - two ** 2) / (2 * two)
        return acos(max(-1, min(1, cosine))) / pi
    edges = [0, pi] + [2 * acos(edge / 2) for edge in (length - 1, length + 1, 1 - length) if 0 < edge < 2]
    return quad(given, sorted(edges)) / pi

# and of more, by Kluyver's integral, which falls off fast enough from eight on
def resultant(n, length):
    return 1 - length * quad(lambda t: besselj(1, length * t) * besselj(0, t) ** n, linspace(0, 1000 if n < 12 else 200, 801))

mp.dps = 20
for length in [0.5, 1.5, 2.0, 2.5, 2.9, 2.99, 2.999]:
    out('log_resultant_tail', [3.0, length], log(resultant_of_three(mpf(length))))
for n, lengths in ((8.0, [1.0, 3.0, 5.0, 6.0, 7.0]), (12.0, [2.0, 5.0, 8.0, 10.0]), (30.0, [3.0, 10.0, 15.0])):
    for length in lengths:
        out('log_resultant_tail', [n, length], log(resultant(int(n), mpf(length))))

mp.dps = 60
random.seed(20261122)
for i in range(120):
    x = log_uniform(-8, 12) if i % 2 else log_uniform(-2, 4)
    n = float(random.randint(0, 40)) if i % 3 == 0 else log_uniform(-6, 6)
    out('log_gamma_ratio', [x, n], loggamma(mpf(x) + mpf(n)) - loggamma(mpf(x)))
    out('digamma_difference', [x, n], psi(0, mpf(x) + mpf(n)) - psi(0, mpf(x)))
