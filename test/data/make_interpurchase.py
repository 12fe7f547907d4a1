#!/usr/bin/env python3
# Golden fits of the interpurchase model, by a simplex search over the formula as
# it is written, with Python's own lgamma. Reads order logs that are not part of
# the project:
#
#   python3 make_interpurchase.py DIR > interpurchase.csv
import csv
import datetime
import math
import sys

SETS = [('cdnow_sample', '1998-06-30'), ('cdnow_sample', '1997-09-30'), ('grocery', '2007-12-30'), ('grocery', '2006-12-31'),
        ('retailer_transaction_log', '2018-12-31'), ('uci_online_retail', '2011-09-30')]


def statistics(directory, name, as_of):
    days = {}
    for row in csv.DictReader(open(f'{directory}/{name}_orders.csv')):
        day = datetime.date.fromisoformat(row['order_date'][:10])
        if day <= as_of and (row['amount'] == '' or float(row['amount']) >= 0):
            days.setdefault(row['customer_id'], set()).add(day)
    result = {}
    logs = 0.0
    for dates in days.values():
        dates = sorted(dates)
        gaps = [(b - a).days for a, b in zip(dates, dates[1:])]
        if gaps:
            key = (len(gaps), sum(gaps))
            result[key] = result.get(key, 0) + 1
            logs += math.fsum(math.log(g) for g in gaps)
    return sorted(result.items()), logs


def log_likelihood(x, rows, logs):
    k, r, alpha = (math.exp(v) for v in x)
    if max(k, r) > 1e7:
        return -math.inf
    terms = [(k - 1) * logs]
    for (n, total), customers in rows:
        terms.append(customers * (n * k * math.log(k) - n * math.lgamma(k) + math.lgamma(r + k * n) - math.lgamma(r)
                                  + r * math.log(alpha) - (r + k * n) * math.log(alpha + k * total)))
    return math.fsum(terms)


def simplex(f, start):
    n = len(start)
    points = [list(start)] + [[v + (0.3 if i == j else 0) for j, v in enumerate(start)] for i in range(n)]
    values = [f(p) for p in points]
    for _ in range(4000):
        order = sorted(range(n + 1), key=lambda i: -values[i])
        points = [points[i] for i in order]
        values = [values[i] for i in order]
        if max(abs(points[0][j] - points[n][j]) for j in range(n)) < 1e-9:
            break
        middle = [sum(p[j] for p in points[:n]) / n for j in range(n)]
        move = lambda t: [middle[j] + t * (points[n][j] - middle[j]) for j in range(n)]
        best = move(-1)
        value = f(best)
        if value > values[0]:
            further = move(-2)
            if f(further) > value:
                best, value = further, f(further)
        elif value <= values[n - 1]:
            best = move(0.5)
            value = f(best)
            if value <= values[n]:
                points = [points[0]] + [[(a + b) / 2 for a, b in zip(points[0], p)] for p in points[1:]]
                values = [values[0]] + [f(p) for p in points[1:]]
                continue
        points[n], values[n] = best, value
    return points[0], values[0]


print('dataset,as_of,k,r,alpha,log_likelihood')
for name, end in SETS:
    rows, logs = statistics(sys.argv[1], name, datetime.date.fromisoformat(end))
    x = [0.0, 0.7, 4.0]
    for _ in range(3):
        x, value = simplex(lambda p: log_likelihood(p, rows, logs), x)
    print(f'{name},{end},{math.exp(x[0]):.8g},{math.exp(x[1]):.8g},{math.exp(x[2]):.8g},{value:.10g}')
