-- Puts what the mart :mart of :company says of times beside what came; :told says whether it was
-- told of the shock.  What a mart of 0.1.0 does not have is left out.
SELECT to_regclass(:'mart' || '.unusual_periods') IS NOT NULL AS has_periods \gset
\if :has_periods
INSERT INTO boards.period
SELECT :'company', :'told', seen_from, seen_until, expected, actual, usual, unusual,
       (SELECT retention_review_html(:'mart') LIKE '%<section class="whole sign"%')
FROM :"mart".unusual_periods;
\endif
INSERT INTO boards.forecast
SELECT :'company', :'told', period, seen_until, expected, actual FROM :"mart".purchase_forecast;
INSERT INTO boards.lost
SELECT :'company', :'told', month, lost FROM :"mart".monthly_review;
