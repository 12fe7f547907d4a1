#!/usr/bin/python3
"""
Golden values of pareto/nbd and ggompertz/nbd, from their definitions: integrals over the time at which
a customer leaves, taken by ln u with mpmath at 24 digits, in pieces around every place where the
integrand bends, and for exactly n purchases in pieces marched from the mode found on a grid.
Parameters and times are powers of ten of random exponents.  Writes lifetime.csv.
"""
import random
from mpmath import mp, mpf, quad, log, exp, log1p, expm1, loggamma, nstr

mp.dps = 24
random.seed(20260729)


class Life:
    def __init__(self, kind, par, age):
        self.kind = kind
        if kind == 'pareto/nbd':
            self.s, self.c = par[2], par[3] + age
            self.bends = [log(self.c), log(self.c / self.s)]
        else:
            self.b, self.s = par[2], par[3]
            self.c = par[4] * exp(-self.b * age) - expm1(-self.b * age)
            half = log1p(self.c * expm1(min(1 / self.s, mpf(10) ** 5))) / self.b
            self.bends = [-log(self.b), log(self.c / self.b), log(self.c / self.b / self.s),
                          log(log1p(self.c) / self.b), log(half)]

    def left(self, u):
        if self.kind == 'pareto/nbd':
            return log1p(u / self.c)
        y = self.b * u
        if y > 200 and y - log(self.c) > 100:
            return y - log(self.c)
        return log1p(expm1(y) / self.c)

    def hazard(self, u):
        if self.kind == 'pareto/nbd':
            return 1 / (self.c + u)
        return self.b / (self.c * exp(-self.b * u) - expm1(-self.b * u))


def integral(g, bends, end):
    """of exp(g(w)) up to end"""
    places = {min(bends + [end]) - 100, end}
    for p in bends:
        for d in (-3, -1, 0, .5, 1, 1.5, 2, 3):
            if min(places) < p + mpf(d) < end:
                places.add(p + mpf(d))
    places = sorted(places)
    fine = [places[0]]
    for w in places[1:]:
        start, n = fine[-1], int((w - fine[-1]) / 2) + 1
        fine += [start + (w - start) * i / n for i in range(1, n + 1)]
    values = [g(w) for w in fine]
    top = max(values)
    return sum(quad(lambda w: exp(g(w)), [a, b], method='gauss-legendre', maxdegree=4)
               for a, b, va, vb in zip(fine, fine[1:], values, values[1:]) if max(va, vb) > top - 70)


def count_probability(n, m, a, u):
    x = u / a
    return loggamma(m + n) - loggamma(m) - loggamma(n + 1) + n * (log(x) - log1p(x)) - m * log1p(x)


def peaked(g, low, end):
    """the same of an integrand with one mode"""
    count = int((end - low) / mpf('0.1')) + 2
    grid = [end - (end - low) * k / count for k in range(count + 1)]
    best = max(range(count + 1), key=lambda k: g(grid[k]))
    low, high = grid[min(best + 1, count)], grid[max(best - 1, 0)]
    for _ in range(80):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if g(a) < g(b):
            low = a
        else:
            high = b
    mode = (low + high) / 2
    top, total = g(mode), mpf(0)
    for sign in (1, -1):
        w = mode
        while True:
            step = mpf(0.5)
            while abs(g(w + sign * step) - g(w)) > 4 and step > 1e-9:
                step /= 2
            next_w = min(w + sign * step, end)
            if next_w == w:
                break
            total += quad(lambda x: exp(g(x) - top), sorted([w, next_w]), method='gauss-legendre', maxdegree=4)
            w = next_w
            if g(w) - top < -60 and abs(w - mode) > 0.01 and g(w + sign * mpf('0.1')) < g(w):
                break
    return total * exp(top)


def power_of_ten(most):
    return mpf(float(mpf(10) ** mpf(random.uniform(-most, most))))


print('kind,p1,p2,p3,p4,p5,x,t_x,T,horizon,rate,n,log_likelihood,p_alive,p_gone,expected_lifetime,discounted_if_alive,'
      'purchase_probability,purchase_pmf')
for i, most in enumerate([1.5] * 24 + [6] * 24):
    kind = 'pareto/nbd' if i % 2 == 0 else 'ggompertz/nbd'
    par = [power_of_ten(most) for _ in range(4 if kind == 'pareto/nbd' else 5)]
    x = 0 if i % 3 == 0 else int(10 ** random.uniform(0, 4))
    age = power_of_ten(most)
    t_x = mpf(0) if x == 0 else mpf(float(age * random.random()))
    t = power_of_ten(most)
    n = [1, 2, 20, 1000][(i // 2) % 4]
    rate = power_of_ten(most)
    r, alpha = par[0], par[1]
    m = r + x
    since, now, new = Life(kind, par, t_x), Life(kind, par, age), Life(kind, par, mpf(0))
    a, silence = alpha + t_x, age - t_x
    gone = integral(lambda w: log(since.s) + log(since.hazard(exp(w))) + w - since.s * since.left(exp(w)) -
                    m * log1p(exp(w) / a), [log(a), log(a / m)] + since.bends, log(silence))
    here = exp(-m * log1p(silence / a) - since.s * since.left(silence))
    log_likelihood = loggamma(m) - loggamma(r) - x * log(a) - r * log1p(t_x / alpha) - new.s * new.left(t_x) + log(here + gone)
    alive = here / (here + gone)
    a = alpha + age
    lifetime = integral(lambda w: w - now.s * now.left(exp(w)), now.bends, log(t))
    buys = integral(lambda w: log(m) + w - log(a + exp(w)) - now.s * now.left(exp(w)) - m * log1p(exp(w) / a),
                    [log(a), log(a / m)] + now.bends, log(t))
    discounted = integral(lambda w: w - now.s * now.left(exp(w)) - rate * exp(w), now.bends + [-log(rate)], log(50 / rate))
    exactly = exp(count_probability(n, r, alpha, t) - new.s * new.left(t)) + \
        peaked(lambda w: log(new.s) + log(new.hazard(exp(w))) + w - new.s * new.left(exp(w)) + count_probability(n, r, alpha, exp(w)),
               min([log(alpha), log(alpha * n / r), log(t)] + new.bends) - 60, log(t))
    values = [log_likelihood, alive, gone / (here + gone), alive * lifetime, m / a * discounted, alive * buys, exactly]
    print(','.join([kind] + [repr(float(v)) for v in par] + (['0'] if len(par) == 4 else []) + [str(x)] +
                   [repr(float(v)) for v in (t_x, age, t, rate)] + [str(n)] + [nstr(v, 17) for v in values]), flush=True)
