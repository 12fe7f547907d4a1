-- Who still buys, but has stopped buying one range.
SET extra_float_digits = 0;
-- by hand: bought on 3 of 4 purchase days, then not on 2: (2/5)(3/6)
SELECT d.*, abs(silence_probability - 2 / 5.0 * (3 / 6.0)) < 1e-15 AS by_hand
FROM dropped_range('{2026-01-01: 3, 2026-01-03: 3, 2026-01-04: 3}',
                   '{2025-12-01: 1, 2026-01-01: 3, 2026-01-02: 3, 2026-01-03: 9, 2026-01-04: 3, '
                   '2026-01-10: 2, 2026-02-10: -1 in 0, 2026-03-01: 2}', '2026-03-31') d;
SELECT d.*
FROM dropped_range('{2026-01-01: 3, 2026-01-03: 3, 2026-01-04: 3}',
                   '{2025-12-01: 1, 2026-01-01: 3, 2026-01-02: 3, 2026-01-03: 9, 2026-01-04: 3, '
                   '2026-01-10: 2, 2026-02-10: -1 in 0, 2026-03-01: 2}', '2026-01-03') d;
-- who buys nothing at all is not silent about a range
SELECT (dropped_range('{2026-01-01: ?, 2026-01-03: ?}', '{2026-01-01: ?, 2026-01-03: ?}',
                      '2027-01-01')).silence_probability;
SELECT dropped_range('{2026-01-01: ?, 2026-01-03: ?}', '{2026-01-01: ?, 2026-01-03: ?}',
                     '2025-01-01') IS NULL AS before,
       dropped_range(NULL, '{2026-01-01: ?}', '2025-01-01') IS NULL AS none,
       dropped_range('{2026-01-01: ?}', '{2026-01-01: ?}') IS NOT NULL AS today;
-- a refund in the range is no purchase of it
SELECT (dropped_range('{2026-01-01: 3, 2026-02-01: -3 in 0}',
                      '{2026-01-01: 3, 2026-02-01: -3 in 0, 2026-02-02: 4}',
                      '2026-06-30')).last_purchase;
SELECT dropped_range('{2026-01-02: ?}', '{2026-01-01: ?, 2026-01-03: ?}', '2026-06-30');
SELECT dropped_range('{2026-01-04: ?}', '{2026-01-01: ?, 2026-01-03: ?}', '2026-06-30');
SELECT dropped_range('{2026-01-04: ?}', '{2026-01-01: ?, 2026-01-03: ?}', 'infinity');
