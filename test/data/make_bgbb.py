#!/usr/bin/env python3
# Golden values of the model bg/bb, with mpmath at 34 digits: the sums over opportunities as Fader, Hardie and
# Shang (2010) have them, term by term, beyond 3,000 terms by the Euler-Maclaurin formula.  Sums of up to 20,000
# terms are compared with adding up all of them.
# Run with Debian's python3 and python3-mpmath: python3 make_bgbb.py > bgbb.csv (half an hour)
import random
from mpmath import mp, mpf, exp, log, loggamma, quad, diff, bernoulli, factorial, sqrt, nstr, inf

mp.dps = 34
random.seed(20261126)
FIRST = 3000
END = mpf(10) ** -30

def log_uniform(low, high):
    return float('%.6g' % 10 ** random.uniform(low, high))

# ln of (x)_n
def rising(x, n):
    return loggamma(x + n) - loggamma(x)

# terms f(0) to f(count - 1), given as a function of any k, peaks of which lie at the places given
def total(f, count, peaks=()):
    sum_all = mpf(0)
    k = 0
    while k < count and k < FIRST:
        sum_all += f(mpf(k))
        k += 1
        if k % 50 == 0 and not any(p > k for p in peaks) and f(mpf(k)) * min(count - k, 10 ** 18) < END * sum_all:
            return sum_all
    if k == count:
        return sum_all
    a, b = mpf(k), mpf(count)
    points = {a, b}
    step = a / 2
    while a + step < b:
        points.add(a + step)
        step *= 2
    for p in peaks:
        bend = diff(lambda u: log(f(u)), p, 2)
        width = 1 / sqrt(abs(bend))
        points.update(q for q in (p + i * width for i in range(-12, 13, 2)) if a < q < b)
    pieces = sorted(points)
    for low, high in zip(pieces, pieces[1:]):
        part = quad(f, [low, high])
        sum_all += part
        if high < b and not any(p > high for p in peaks) and f(high) * (b - high) < END * sum_all:
            b = None
            break
    def slopes(at):
        return sum(bernoulli(2 * j) / factorial(2 * j) * diff(f, at, 2 * j - 1) for j in range(1, 5))
    sum_all += f(a) / 2 - slopes(a)
    if b is not None:
        sum_all += -f(b) / 2 + slopes(b)
    if count <= 20000:
        plain = sum(f(mpf(i)) for i in range(count))
        assert abs(plain / sum_all - 1) < mpf(10) ** -20, (plain, sum_all)
    return sum_all

# at so many digits more that differences of logarithms of gamma functions are good
def at_digits(f):
    def g(*arguments):
        with mp.workdps(mp.dps + 36):
            return f(*arguments)
    return g

print('alpha,beta,gamma,delta,x,t_x,n,horizon,number,rate,log_likelihood,p_alive,p_gone,expected_purchases,purchase_probability,pmf_new,discounted')
for case in range(110):
    spread = (-1, 2) if case % 2 == 0 else (-6, 6)
    p = [log_uniform(*spread) for _ in range(4)]
    alpha, beta, gamma, delta = map(mpf, p)
    size = [1.3, 1.3, 1.3, 4.2, 9, 15][case % 6] if case < 60 else [1.3, 2.5, 4][case % 3]
    n = int(10 ** random.uniform(0, size)) - (1 if case % 5 == 0 else 0)
    t_x = int(n * random.random() ** 2) if case % 7 else n
    x = min(t_x, 1 + int(t_x * random.random() ** 3)) if t_x > 0 else 0
    horizon = int(10 ** random.uniform(0, size))
    number = int(min(horizon, 10 ** 7) ** random.random()) if case % 4 else random.randint(0, 1)
    rate = log_uniform(-4, 0)

    @at_digits
    def leaving(k):
        j = t_x + k
        return exp(loggamma(alpha + x) + loggamma(beta + j - x) - loggamma(alpha + beta + j) - loggamma(alpha) - loggamma(beta) + loggamma(alpha + beta) +
                   loggamma(gamma + 1) + loggamma(delta + j) - loggamma(gamma + delta + 1 + j) - loggamma(gamma) - loggamma(delta) + loggamma(gamma + delta) - scale)
    scale = mpf(0)
    scale = at_digits(lambda: log(leaving(mpf(0))))()
    with mp.workdps(70):
        log_here = (rising(alpha, x) + rising(beta, n - x) - rising(alpha + beta, n) + rising(delta, n) - rising(gamma + delta, n))
        here = exp(log_here - scale)
    gone = total(leaving, n - t_x) if n > t_x else mpf(0)
    alive = here / (here + gone)
    likelihood = scale + log(here + gone)

    m = (alpha + x, beta + n - x, gamma, delta + n)
    share = m[0] / (m[0] + m[1])

    @at_digits
    def stays(k):
        return exp(rising(m[3], k + 1) - rising(m[2] + m[3], k + 1))

    @at_digits
    def first(k):
        return share * exp(rising(m[1], k) - rising(m[0] + m[1] + 1, k) + rising(m[3], k + 1) - rising(m[2] + m[3], k + 1))

    expected = alive * share * total(stays, horizon)
    again = alive * total(first, horizon)
    discounted = alive * share * total(lambda k: stays(k) * exp(-mpf(rate) * (k + 1)), horizon)

    # of a new customer
    @at_digits
    def taken(k):
        i = number + k
        return exp(loggamma(i + 1) - loggamma(number + 1) - loggamma(k + 1) + rising(alpha, number) + rising(beta, k) - rising(alpha + beta, i))

    @at_digits
    def leaves(k):
        i = number + k
        return taken(k) * exp(rising(delta, i) - rising(gamma + delta, i)) * gamma / (gamma + delta + i)

    with mp.workdps(70):
        above = (mpf(number) + 1, beta, delta + number)
        below = (mpf(1), alpha + beta + number, gamma + delta + 1 + number)
        one = -(alpha + gamma + 1)
        two = sum(above[i] * above[j] - below[i] * below[j] for i, j in ((0, 1), (0, 2), (1, 2)))
        three = above[0] * above[1] * above[2] - below[0] * below[1] * below[2]
        root = two * two - 4 * one * three
        peak = (-two - sqrt(root)) / (2 * one) if root > 0 else mpf(-1)
    count = horizon - number
    exactly = taken(mpf(count)) * exp(at_digits(lambda: rising(delta, horizon) - rising(gamma + delta, horizon))())
    if count > 0:
        exactly += total(leaves, count, [p for p in [+peak] if FIRST < p < count])
    print(','.join([repr(v) for v in p] + [str(v) for v in (x, t_x, n, horizon, number, rate)] +
                   [nstr(v, 20) for v in (likelihood, alive, gone / (here + gone), expected, again, exactly, discounted)]), flush=True)
