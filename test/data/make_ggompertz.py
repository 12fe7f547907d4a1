#!/usr/bin/env python3
# Golden values of the model ggompertz/nbd, with mpmath at 40 digits, from the density of a life
# as Bemmaor and Glady (2012) give it: F(t) = 1 - (beta / (beta - 1 + exp(b t)))^s.
# Run with Debian's python3 and python3-mpmath: python3 make_ggompertz.py > ggompertz.csv
import random
from mpmath import mp, mpf, exp, log, gamma, quad, inf, loggamma

mp.dps = 40
random.seed(20261122)

def log_uniform(low, high):
    return float('%.6g' % 10 ** random.uniform(low, high))

# an integral in pieces that double, so that no peak is missed
def integral(f, low, high, first):
    points = [mpf(low)]
    step = mpf(first)
    while points[-1] + step < high:
        points.append(points[-1] + step)
        step *= 2
    return quad(f, points + [mpf(high)])

print('r,alpha,b,s,beta,x,t_x,T,horizon,log_likelihood,p_alive,expected_purchases,purchase_probability,p_two')
for case in range(60):
    p = [log_uniform(-1, 1.5), log_uniform(-1, 2), log_uniform(-3, 0.3), log_uniform(-1, 1), log_uniform(-2, 3)]
    r, alpha, b, s, beta = map(mpf, p)
    T = mpf('%.4g' % 10 ** random.uniform(0, 2.3))
    x = 0 if case % 4 == 0 else int(10 ** random.uniform(0, 2.3))
    t_x = mpf('%.4g' % (float(T) * random.random())) if x > 0 else mpf(0)
    horizon = mpf('%.4g' % 10 ** random.uniform(0, 2))
    here = lambda t: (beta / (beta - 1 + exp(b * t))) ** s
    leaves = lambda t: s * b * exp(b * t) * beta ** s / (beta - 1 + exp(b * t)) ** (s + 1)
    buys = lambda t: (alpha / (alpha + t)) ** (r + x)
    scale = min(T - t_x, (alpha + t_x) / (r + x), 1 / b) / 8
    still = buys(T) * here(T)
    gone = integral(lambda t: leaves(t) * buys(t), t_x, T, scale)
    alive = still / (still + gone)
    likelihood = loggamma(r + x) - loggamma(r) - x * log(alpha) + log(still + gone)
    rate = lambda t: (r + x) / (alpha + T)
    stays = lambda u: here(T + u) / here(T)
    ends = lambda u: leaves(T + u) / here(T)
    m, a = r + x, alpha + T
    step = min(horizon, a / m, 1 / b) / 8
    expected = alive * rate(T) * integral(stays, 0, horizon, step)
    again = alive * integral(lambda u: m / a * (1 + u / a) ** (-m - 1) * stays(u), 0, horizon, step)
    two = lambda u: m * (m + 1) / 2 * (a / (a + u)) ** m * (u / (a + u)) ** 2
    exactly = alive * (two(horizon) * stays(horizon) + integral(lambda u: two(u) * ends(u), 0, horizon, step))
    print(','.join([repr(v) for v in p] + [str(x), mp.nstr(t_x, 8), mp.nstr(T, 8), mp.nstr(horizon, 8)] +
                   [mp.nstr(v, 20) for v in (likelihood, alive, expected, again, exactly)]))
