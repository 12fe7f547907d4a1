-- The answers, one view a question, and what they must be.  Each has company and part, which say of
-- whom or of what; boards.before has some of them as the mart of 0.1.0 gave them.
CREATE VIEW boards.seen AS
SELECT s.*, as_of, array_position('{software,wholesaler,marketplace}', company) AS place,
       coalesce(left_on <= as_of, false) AS gone,
       lost_on IS NOT NULL AS lost,
       coalesce(next_on <= as_of + 7, false) AS due,
       coalesce(next_on BETWEEN contact_from AND contact_until, false) AS inside,
       -- their window is open in the coming week
       coalesce(lost_on IS NULL AND contact_from <= as_of + 7 AND contact_until > as_of, false)
           AS opens
FROM boards.said s JOIN boards.company ON name = company;

CREATE VIEW boards.answer_lost AS
SELECT company, coalesce(to_char(month, 'YYYY-MM'), 'twelve months') AS part,
       sum(truly_left) AS truly_left, sum(after_one_order) AS after_one_order, sum(lost) AS lost,
       sum(alarms) AS alarms, sum(recovered) AS recovered
FROM boards.month
GROUP BY GROUPING SETS ((company, month), (company));

CREATE VIEW boards.answer_who AS
SELECT company, coalesce(kind, 'all') AS part, place, kind IS NULL AS of_all, count(*) AS customers,
       count(*) FILTER (WHERE gone) AS gone, sum(p_gone) AS expected,
       count(*) FILTER (WHERE lost) AS lost,
       boards.share(count(*) FILTER (WHERE lost AND gone), count(*) FILTER (WHERE lost))
           AS precision,
       boards.share(count(*) FILTER (WHERE lost AND gone), count(*) FILTER (WHERE gone)) AS recall,
       count(*) FILTER (WHERE standing) AS standing,
       count(*) FILTER (WHERE standing AND lost) AS standing_lost
FROM boards.seen
GROUP BY GROUPING SETS ((place, company, kind), (place, company));

-- in thousands
CREATE VIEW boards.answer_cost AS
SELECT company, part, place, n, truth / 1000 AS truth, said / 1000 AS said
FROM (SELECT place, company,
             sum(worth) FILTER (WHERE gone AND left_on > as_of - interval '1 year') AS lost_truth,
             sum(value_lost) FILTER (WHERE lost_on > as_of - interval '1 year') AS lost_mart,
             sum(value_lost) FILTER (WHERE NOT gone) AS lost_there,
             sum(worth) FILTER (WHERE NOT gone) AS base_truth, sum(clv) AS base_mart,
             sum(worth) FILTER (WHERE standing) AS standing_truth,
             sum(clv) FILTER (WHERE standing) AS standing_mart,
             sum(value_at_risk) AS risk, sum(value_at_risk) FILTER (WHERE lost) AS risk_lost,
             sum(value_at_risk) FILTER (WHERE gone) AS risk_gone
      FROM boards.seen GROUP BY place, company) s,
     LATERAL (VALUES
        (1, 'lost in the last year (`value_lost`)', lost_truth, lost_mart),
        (2, '`value_lost` of who is still there', 0, coalesce(lost_there, 0)),
        (3, 'worth of who is still there, `clv` of all', base_truth, base_mart),
        (4, 'worth of the loyal, their `clv`', standing_truth, standing_mart),
        (5, '`value_at_risk`', NULL, risk),
        (6, '`value_at_risk` of who is called lost already', 0, coalesce(risk_lost, 0)),
        (7, '`value_at_risk` of who has truly left', 0, coalesce(risk_gone, 0))
     ) v (n, part, truth, said)
WHERE n <> 4 OR standing_truth IS NOT NULL;

CREATE VIEW boards.answer_contact AS
SELECT company, coalesce(kind, 'all') AS part, place, kind IS NULL AS of_all,
       count(*) FILTER (WHERE due) AS due, count(*) FILTER (WHERE due AND listed) AS due_listed,
       count(*) FILTER (WHERE due AND inside) AS due_inside,
       count(*) FILTER (WHERE due AND lost) AS due_lost,
       count(*) FILTER (WHERE opens) AS opens,
       count(*) FILTER (WHERE opens AND NOT listed) AS left_out,
       count(*) FILTER (WHERE listed) AS listed,
       count(*) FILTER (WHERE listed AND gone) AS listed_gone
FROM boards.seen
GROUP BY GROUPING SETS ((place, company, kind), (place, company));

-- off: in percent of what is true
CREATE VIEW boards.answer_value AS
SELECT company, coalesce(tenth::text, 'all') AS part, place, tenth, count(*) AS customers,
       avg(order_value) AS truth, avg(expected_order_value) AS said,
       100 * (avg(expected_order_value) / avg(order_value) - 1) AS off
FROM (SELECT place, company, order_value, expected_order_value,
             ntile(10) OVER (PARTITION BY company
                             ORDER BY expected_order_value, customer_id) AS tenth
      FROM boards.seen WHERE expected_order_value IS NOT NULL) t
GROUP BY GROUPING SETS ((place, company, tenth), (place, company));

CREATE VIEW boards.answer_sunday AS
SELECT company, kind AS part, count(*) AS there,
       count(*) FILTER (WHERE stage IN ('overdue', 'at_risk')) AS late,
       count(*) FILTER (WHERE stage = 'lapsed') AS lapsed, count(*) FILTER (WHERE never) AS never,
       count(*) FILTER (WHERE purchases >= 20) AS known,
       count(*) FILTER (WHERE purchases >= 20 AND never) AS never_known
FROM boards.seen,
     -- expected on a day on which they never order
     LATERAL (SELECT (extract(isodow FROM expected_next) > 5) <> (kind = 'weekend') AS never) n
WHERE company = 'marketplace' AND NOT gone AND kind <> 'one order'
GROUP BY company, kind;

-- The shock of the marketplace, from September to November 2025: what a mart makes of it that was
-- told, and one that was not
CREATE VIEW boards.answer_shock AS
SELECT company, told, expected, came, 100 * (expected / came - 1) AS off, worst, lost_before,
       lost_in_it, lost_after, signs, sign
FROM (SELECT company, told, sum(expected) AS expected, sum(came) AS came,
             max(100 * abs(expected / came - 1)) AS worst
      FROM boards.forecast GROUP BY company, told) f
     JOIN (SELECT company, told,
                  avg(lost) FILTER (WHERE month BETWEEN '2025-03-01' AND '2025-08-31')
                      AS lost_before,
                  avg(lost) FILTER (WHERE month BETWEEN '2025-09-01' AND '2025-11-30')
                      AS lost_in_it,
                  avg(lost) FILTER (WHERE month BETWEEN '2025-12-01' AND '2026-02-28')
                      AS lost_after
           FROM boards.lost GROUP BY company, told) l USING (company, told)
     LEFT JOIN (SELECT company, told, count(*) FILTER (WHERE unusual) AS signs,
                       bool_or(sign) AS sign
                FROM boards.period GROUP BY company, told) p USING (company, told);

-- What must be.  of: of how many; needed and got for people.
CREATE VIEW boards.claim AS
WITH company AS (
	SELECT place, company, count(*) AS customers,
	       count(*) FILTER (WHERE expected_order_value IS NULL OR clv IS NULL) AS without_value,
	       count(*) FILTER (WHERE lost) AS lost,
	       count(*) FILTER (WHERE lost AND stage <> 'lapsed') AS lost_and_there,
	       coalesce(sum(value_at_risk) FILTER (WHERE lost), 0) AS risk_lost,
	       count(*) FILTER (WHERE pays_on_time) AS on_time,
	       count(*) FILTER (WHERE pays_on_time AND listed) AS on_time_listed
	FROM boards.seen,
	     LATERAL (SELECT company = 'software' AND due AND purchases >= 3 AS pays_on_time) p
	GROUP BY place, company)
SELECT 1 AS n, 'Nobody is called lost who has paid by the year, or ordered in one season of it, '
       'for three years and still does' AS claim, company, part, standing AS of, '0' AS needed,
       standing_lost::text AS got, standing_lost = 0 AS met
FROM boards.answer_who WHERE standing > 0 AND NOT of_all
UNION ALL
SELECT 2, 'Whose window is open in the coming week is on the contact list: left out', company,
       'all', opens, '0', left_out::text, left_out = 0
FROM boards.answer_contact WHERE of_all
UNION ALL
SELECT 3, 'Who has paid three times and pays again within the week is on the contact list: of 100',
       company, 'all', on_time, '95', boards.share(on_time_listed, on_time)::text,
       on_time_listed >= 0.95 * on_time
FROM company WHERE on_time > 0
UNION ALL
SELECT 4, 'Lost within twelve months, to a tenth of the truth', company, part, NULL,
       boards.number(0.9 * truly_left::float8, 1) || ' to '
       || boards.number(1.1 * truly_left::float8, 1),
       boards.number(lost, 1), lost BETWEEN 0.9 * truly_left AND 1.1 * truly_left
FROM boards.answer_lost WHERE part = 'twelve months'
UNION ALL
SELECT 5, 'In each tenth of customers, by the order value to expect, its mean is right to a fifth: '
       'percent off where it is worst', company, 'all', sum(customers) FILTER (WHERE part = 'all'),
       'up to 20', boards.number(max(abs(off)) FILTER (WHERE part <> 'all')),
       max(abs(off)) FILTER (WHERE part <> 'all') <= 20
FROM boards.answer_value GROUP BY company
UNION ALL
SELECT 6, 'Everybody has a value: without', company, 'all', customers, '0', without_value::text,
       without_value = 0
FROM company
UNION ALL
SELECT 7, 'Who is lost is not in a stage of those who are there', company, 'all', lost, '0',
       lost_and_there::text, lost_and_there = 0
FROM company
UNION ALL
SELECT 8, 'Money of who is lost is not at risk as well: thousands', company, 'all', lost, '0',
       boards.number(risk_lost / 1000), risk_lost = 0
FROM company
UNION ALL
SELECT 9, 'Of whom the whole week is known by 20 orders, nobody is expected on a day on which they '
       'never order', company, 'all', sum(known), '0', sum(never_known)::text, sum(never_known) = 0
FROM boards.answer_sunday GROUP BY company
UNION ALL
SELECT 10, 'The sales rep whose firms leave three times as often is among the reasons: p-value',
       'wholesaler', 'all', NULL, 'below 0.05', mart, mart::float8 < 0.05
FROM boards.reason WHERE part LIKE '6 %'
UNION ALL
SELECT 11, 'There is a sign on the page where all customers at once bought less than was to be '
       'expected, unless it was told: periods', company,
       CASE WHEN told THEN 'told' ELSE 'not told' END, NULL,
       CASE WHEN shock THEN '1 to 4' ELSE '0' END, signs::text,
       (signs > 0) = shock AND sign = shock AND signs <= 4
FROM boards.answer_shock, LATERAL (SELECT company = 'marketplace' AND NOT told AS shock) s
UNION ALL
SELECT 12, 'Where a shock was told, purchases of the half year after it are right to a tenth: '
       'percent off, in the worst of six periods', company, 'told', NULL, 'up to 10',
       boards.number(worst, 1), worst <= 10
FROM boards.answer_shock WHERE told
UNION ALL
SELECT 13, 'Where a shock was told, no more customers are lost in a month of it than in those '
       'before', company, 'told', NULL, 'up to ' || boards.number(1.1 * lost_before::float8),
       boards.number(lost_in_it::float8), lost_in_it <= 1.1 * lost_before
FROM boards.answer_shock WHERE told;
