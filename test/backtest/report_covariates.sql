-- The part of doc/backtest.md on covariates
\echo
\echo '## Covariates'
\echo
\echo 'Who buys within 90 days, by models that know what the first order was like (the logarithm of its'
\echo 'amount, whether it was in November or December, on a weekend, how many others came in that week),'
\echo 'fitted as of a date with `fit_model(..., covariates)` and asked with `with_covariates`, and by the'
\echo 'same models without: mean log loss, area under the curve, Brier score, how many times as many of'
\echo 'the tenth with the highest scores bought as of all (lift), what was expected over what came, and'
\echo 'the mean distance of what was expected and came over tenths of the scores (calibration).'
\echo
\echo '| log | as of | model | covariates | log loss | area | Brier | lift | expected/came | calibration |'
\echo '|---|---|---|---|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || name, as_of, kind, CASE WHEN with_covariates THEN 'with' ELSE 'without' END,
       round(log_loss::numeric, 4), round(auc::numeric, 4), round(brier::numeric, 4),
       round(lift::numeric, 2), round(of_came::numeric, 2), round(distance::numeric, 4) || ' |'
FROM covariate_score ORDER BY name, as_of, kind, with_covariates;
\echo
\echo 'What the covariates do by mbg/nbd: how many times as often customers buy, and as likely they are'
\echo 'to leave after a purchase, for one more of each.'
\echo
\echo '| log | as of | covariate | purchase | p | dropout | p |'
\echo '|---|---|---|--:|--:|--:|--:|'
SELECT '| ' || name, as_of, covariate, round(p.ratio::numeric, 2),
       coalesce(trim(to_char(p.p_value, '0.0EEEE')), '-'),
       coalesce(round(d.ratio::numeric, 2)::text, '-'),
       coalesce(trim(to_char(d.p_value, '0.0EEEE')), '-') || ' |'
FROM covariate_effect p JOIN covariate_effect d USING (name, as_of, kind, covariate)
WHERE kind = 'mbg/nbd' AND p.process = 'purchase' AND d.process = 'dropout'
ORDER BY name, as_of, covariate;
