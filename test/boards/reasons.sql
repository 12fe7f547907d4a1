-- Is the sales rep found whose firms leave three times as often?  By who is lost, in truth and by
-- the mart's lost_on.
CREATE TEMP VIEW lost_firm AS
SELECT by, sales_rep, churned, (ended_on - first_purchase)::float8 AS duration,
       ended_on > as_of - interval '1 year' OR NOT churned AS lately
FROM boards.said s
     JOIN wholesaler.firms f USING (customer_id)
     JOIN boards.company c ON c.name = s.company,
     LATERAL (VALUES
        ('truth', coalesce(left_on <= as_of, false), least(left_on, as_of)),
        ('mart', lost_on IS NOT NULL, coalesce(lost_on, as_of))) v (by, churned, ended_on)
WHERE s.company = 'wholesaler';

CREATE TEMP VIEW clark AS
SELECT by,
       round(100 * ever.churn_rate) || ' of 100, all: '
       || round(100 * ever.churn_rate / ever.lift) AS rates,
       ever.p_value AS ever, lately.p_value AS lately, (ranks).p_value AS ranks,
       round(hazard_ratio::numeric, 1) || ' (' || round(h.lower::numeric, 1) || ' to '
       || round(h.upper::numeric, 1) || ')' AS cox
FROM (SELECT by,
             churn_drivers(churned, sales_rep) AS ever,
             churn_drivers(churned, sales_rep) FILTER (WHERE lately) AS lately,
             log_rank(duration, churned, sales_rep) AS ranks,
             fit_hazard(duration, churned, ARRAY[(sales_rep = 'Clark')::int::float8]) AS hazard
      FROM lost_firm GROUP BY by) l
     LEFT JOIN LATERAL unnest(l.ever) ever ON ever.value = 'Clark'
     LEFT JOIN LATERAL unnest(l.lately) lately ON lately.value = 'Clark'
     LEFT JOIN LATERAL unnest((hazard).coefficients) h ON true;

INSERT INTO boards.reason
SELECT part, max(answer) FILTER (WHERE by = 'truth'), max(answer) FILTER (WHERE by = 'mart')
FROM clark,
     LATERAL (VALUES
        ('1 firms of Clark lost, ever', rates),
        ('2 `churn_drivers`, ever: p-value', boards.number(ever, 6)),
        ('3 `churn_drivers`, of the last year: p-value', boards.number(lately, 4)),
        ('4 `log_rank` of the four sales reps: p-value', boards.number(ranks, 6)),
        ('5 `fit_hazard`: hazard ratio and its limits', cox)) q (part, answer)
GROUP BY part
UNION ALL
SELECT '6 `churn_reasons`, in the mart: p-value', NULL, boards.number(min(p_value), 4)
FROM wholesaler_mart.churn_reasons WHERE attribute = 'sales_rep' AND value = 'Clark'
UNION ALL
SELECT '7 `main_reason` in so many of twelve months', NULL, count(*)::text
FROM wholesaler_mart.monthly_review JOIN boards.month USING (month)
WHERE company = 'wholesaler' AND main_reason = 'sales_rep Clark';
