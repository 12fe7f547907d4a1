#!/usr/bin/python3
"""Golden values of bg/nbd, mbg/nbd, bg/cnbd-k and mbg/cnbd-k, with mpmath: writes bgnbd.csv.

Another way than the code's.  For k = 1 means over p are hypergeometric functions; for k > 1 the mean over
all k-th roots w of 1 - p tells purchases from events, what is expected with p given is a power for each root,
and the mean over p a trapezoidal sum in ln(p / (1 - p)), at 40 digits or more.  What is discounted is a sum
over purchases of integrals over lambda.
"""
import csv
import random
import sys

from mpmath import mp, mpf, mpc, log, exp, expm1, log1p, gamma, loggamma, rf, hyp2f1, betainc, quad, pi, sqrt, floor

mp.dps = 40
chance = random.Random(20261126)


def phases(k, m, ratio):
    terms = [rf(m, j) / gamma(j + 1) * ratio ** j if j > 0 else mpf(1) for j in range(k)]
    total = sum(terms)
    while terms[-1] == 0:
        terms.pop()
    return [term / total for term in terms], total


def over_p(a, b, most, function):
    """The mean over p of function(p, ln(1 - p)), constant where p is small against 1/most or 1 - p against 1"""
    digits = 45
    step = min(mpf(1) / 5, sqrt(1 / a + 1 / b) / 2)
    center = log(a) - log(b)
    low = -digits - log1p(most) - log1p(b)
    high = digits + log1p(a)
    norm = loggamma(a) + loggamma(b) - loggamma(a + b)
    reach = 12 * sqrt(1 / a + 1 / b)
    from_, to = max(low, center - reach - digits / a), min(high, center + reach + digits / b)
    count = int((to - from_) / step) + 1
    total = mpf(0)
    for i in range(count):
        u = from_ + i * step
        log_p, log_q = -log1p(exp(-u)), -log1p(exp(u))
        weight = step * exp(a * log_p + b * log_q - norm)
        if i == 0:
            weight += weight / expm1(a * step)
        if i == count - 1:
            weight += weight / expm1(b * step)
        if weight > mpf(10) ** -35:
            total += weight * function(exp(log_p), log_q)
    return total


def roots(k, log_q):
    """Of 1 - p, and of each the sum of its powers 0, -1 .. 1 - k"""
    for l in range(k):
        w = exp(log_q / k) * mp.expjpi(mpf(2) * l / k)
        yield w, sum(w ** -i for i in range(k))


def horner(coefficients, x):
    value = 0
    for c in reversed(coefficients):
        value = value * x + c
    return value


def values(k, d, r, alpha, a, b, x, t_x, T, t, rate):
    r, alpha, a, b, t_x, T, t = [mpf(v) for v in (r, alpha, a, b, t_x, T, t)]
    m = r + k * x
    b1 = b + x + d
    silence = (T - t_x) / (alpha + T)
    share, here = phases(k, m, silence)
    gone = a / (b1 - 1) * ((alpha + T) / (alpha + t_x)) ** m if x + d > 0 else mpf(0)
    alive = here / (gone + here)
    odds = t / (alpha + T)
    z = odds / (1 + odds)
    beta = lambda p, q: loggamma(p) + loggamma(q) - loggamma(p + q)
    result = {
        'log_likelihood': -x * loggamma(k) + beta(a, b1) - beta(a, b) + loggamma(m) - loggamma(r) +
        r * log(alpha) - m * log(alpha + T) + log(gone + here),
        'p_alive': alive}

    # n purchases or more if they never leave
    def at_least(n):
        return sum(share[j] * betainc(n * k - j, m + j, 0, z, regularized=True) for j in range(len(share)))

    def exactly(events, shape):
        return exp(loggamma(shape + events) - loggamma(shape) - loggamma(events + 1) + events * log(z) - shape * log1p(odds))

    none = sum(share[j] * exactly(i, m + j) for j in range(len(share)) for i in range(k - j))
    stays2 = b1 * (b1 + 1) / ((a + b1) * (a + b1 + 1))
    two = sum(share[j] * exactly(2 * k - j + i, m + j) for j in range(len(share)) for i in range(k))
    more = 1 - none - sum(share[j] * exactly(k - j + i, m + j) for j in range(len(share)) for i in range(k))
    result['purchase_probability'] = alive * (1 - none)
    result['two'] = alive * stays2 * (two + a / (b1 + 1) * more)

    if k == 1:
        if max(m, a + b1) < 100:
            result['p_alive_after'] = alive * hyp2f1(m, a, a + b1, -odds)
            result['purchases'] = alive * (a + b1 - 1) / (a - 1) * (1 - hyp2f1(m, a - 1, a + b1 - 1, -odds))
        else:
            digits, mp.dps = mp.dps, 2 * mp.dps + 60
            result['p_alive_after'] = alive * over_p(a, b1, odds * (1 + m), lambda p, log_q: (1 + p * odds) ** -m)
            result['purchases'] = alive * over_p(a, b1, odds * (1 + m), lambda p, log_q: (1 - (1 + p * odds) ** -m) / p)
            mp.dps = digits
        digits, mp.dps = mp.dps, 2 * mp.dps + 60
        result['lifetime'] = alive * over_p(a, b1, odds * (1 + m), lambda p, log_q:
                                            t * (1 - (1 + p * odds) ** (1 - m)) / ((m - 1) * p * odds))
        mp.dps = digits
    else:
        def stay(p, log_q):
            return (sum(horner([s / (1 + odds * (1 - w)) ** j for j, s in enumerate(share)], w) *
                        (1 + odds * (1 - w)) ** -m * powers for w, powers in roots(k, log_q)) / k).real

        def buy(p, log_q):
            # what is left of p has 2.5 times fewer digits than these
            return (1 - stay(p, log_q)) / p

        def last(p, log_q):
            return (sum(sum(s * w ** j * (1 - (1 + odds * (1 - w)) ** (1 - m - j)) / ((m + j - 1) * (1 - w))
                            for j, s in enumerate(share)) * powers for w, powers in roots(k, log_q)) / k).real * (alpha + T)

        most = (m + k) * odds * (1 + m)
        result['p_alive_after'] = alive * over_p(a, b1, most, stay)
        digits, mp.dps = mp.dps, mp.dps + 30 + int(log1p(most) / log(10)) + int(log1p(b1) / log(10))
        result['purchases'] = alive * over_p(a, b1, most, buy)
        result['lifetime'] = alive * over_p(a, b1, most, last)
        mp.dps = digits
    result['discounted'] = ''
    if rate != '':
        rate = mpf(rate)
        digits, mp.dps = mp.dps, 20
        n_max = 3
        while rf(b1, n_max - 1) / rf(a + b1, n_max - 1) * at_least(n_max) * n_max > mpf(10) ** -15:
            n_max += 2
        # the interval that runs has j events already
        def given(y):
            rate_ = exp(y) / (alpha + T)
            weight = exp(m * y - exp(y) - loggamma(m)) / here
            total = mpf(0)
            mean = (rate_ + rate) * t
            events = [exp(-mean)]
            while len(events) < n_max * k + 20 or len(events) < 2 * mean + 60:
                events.append(events[-1] * mean / len(events))
            or_more = [mpf(0)]
            for chance_ in reversed(events):
                or_more.append(or_more[-1] + chance_)
            or_more.reverse()
            for j in range(len(share)):
                w = weight * (rate_ * (T - t_x)) ** j / gamma(j + 1) if j > 0 else weight
                if w < mpf(10) ** -18:
                    continue
                total += w * sum(rf(b1, n - 1) / rf(a + b1, n - 1) * (rate_ / (rate_ + rate)) ** (n * k - j) *
                                 or_more[n * k - j] for n in range(1, n_max))
            return total
        low, high = -45 / (m + 1) - 2, log(m + 2 * k + 10 * sqrt(m + 2 * k) + 60)
        low = max(low, log(m) - 12 / sqrt(m)) if m > 30 else low
        places = [low + (high - low) * i / 6 for i in range(7)]
        result['discounted'] = alive * quad(given, places, maxdegree=4)
        mp.dps = digits
    return result


def cases():
    up = lambda low, high: float('%.4g' % 10 ** chance.uniform(low, high))
    for i in range(70):
        wide = i % 2 == 1
        k = 1 if i < 36 else chance.choice([2, 2, 3, 4, 5, 8])
        d = chance.randrange(2)
        r, a, b = [up(-6, 6) if wide else up(-1, 1) for _ in range(3)]
        alpha = up(-6, 6) if wide else up(-1, 2)
        x = chance.choice([0, 0, 1, 2, 5, 20, 300 if k == 1 else 30])
        T = chance.choice([0, up(-2, 3), up(-6, 6)]) if x == 0 else up(-2, 3)
        t_x = 0 if x == 0 else chance.choice([T, float('%.4g' % (T * chance.uniform(0.3, 1)))])
        t_x = min(t_x, T)
        t = up(-6, 6) if wide else up(-1, 3)
        m, odds = r + k * x, t / (alpha + T)
        rate = ''
        if not wide and (m + k) * odds < 6 and m < 30 and k < 6 and i % 4 != 2:
            rate = up(-3, 0)
        yield k, d, r, alpha, a, b, x, t_x, T, t, rate

    # nobody comes a third time
    for d in 0, 1:
        for b in 0.001, 2e-6, 0.019:
            yield 1, d, 0.25, 4.4, 0.8, b, 0, 0, 0, 365, ''
            yield 2, d, 0.25, 4.4, 0.8, b, 0, 0, 0, 365, ''


QUANTITIES = ['log_likelihood', 'p_alive', 'p_alive_after', 'lifetime', 'purchases', 'discounted', 'purchase_probability', 'two']


def row(case):
    v = values(*case)

    # digits are enough for what is not far smaller than p_alive
    known = lambda q: v[q] != '' and (q == 'log_likelihood' or v[q] > v['p_alive'] * mpf(10) ** -20)
    return list(case) + [mp.nstr(v[q], 17) if known(q) else '' for q in QUANTITIES]


if __name__ == '__main__':
    import multiprocessing
    with multiprocessing.Pool(int(sys.argv[1]) if len(sys.argv) > 1 else 2) as pool, open('bgnbd.csv', 'w', newline='') as out:
        w = csv.writer(out, lineterminator='\n')
        w.writerow('k,d,r,alpha,a,b,x,t_x,T,t,rate'.split(',') + QUANTITIES)
        for line in pool.imap(row, cases(), 1):
            w.writerow(line)
            out.flush()
