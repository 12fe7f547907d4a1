-- The Markdown of doc/backtest.md
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' | '
CREATE TEMP VIEW class AS
SELECT *,
       CASE WHEN intervals = 0 THEN '0' WHEN intervals = 1 THEN '1' WHEN intervals = 2 THEN '2'
            WHEN intervals < 6 THEN '3-5' ELSE '6+' END AS class
FROM prediction;

\echo '# Back-test: when does each customer buy next?'
\echo
\echo 'At some past dates for each order log a model is fitted to what was known then, and'
\echo 'predicts the next purchase of every customer: `fit_model(''interpurchase'', ...)`,'
\echo '`expected_next_purchase`, `contact_window`, `silence_probability`. What happened since is'
\echo 'looked up in the rest of the log. Written by `bash test/backtest/run`.'
\echo
\echo '## The date'
\echo
\echo 'Mean absolute error in days, of the customers who bought again before the log ends, by the'
\echo 'number of intervals known. Against it what is done without a model: the last date plus'
\echo 'their own mean interval, their own median interval, the median of all intervals. Where there is'
\echo 'no interval of their own only the last can be done. All are moved to the day after the'
\echo 'prediction at the earliest, which helps the rules of thumb. Beside the model the same with'
\echo 'recent intervals counting more, `with_recency_weight(m, 0.9)`.'
\echo
\echo '| log | intervals | customers | bought again | model | recent | own mean | own median | median of all |'
\echo '|---|---|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || name, class, count(*), count(actual), round(avg(abs(actual - model)), 1),
       round(avg(abs(actual - recent)), 1),
       coalesce(round(avg(abs(actual - own_mean)) FILTER (WHERE intervals > 0), 1)::text, '-'),
       coalesce(round(avg(abs(actual - own_median)) FILTER (WHERE intervals > 0), 1)::text, '-'),
       round(avg(abs(actual - all_median)), 1) || ' |'
FROM class GROUP BY name, class ORDER BY name, class;
\echo
\echo '## The windows'
\echo
\echo 'How many of those purchases fell inside the windows of 50 and of 80 percent. The customers'
\echo 'who had gone for good can''t be told from those who only waited beyond the end of the log,'
\echo 'and the latter are missing here, so that late purchases are rarer in this table than in'
\echo 'truth: shares are of purchases seen. And windows are made of whole days, so that short ones'
\echo 'hold more than their share. What the model itself expects of a purchase before the end of'
\echo 'the log, in windows of whole days, stands beside what was seen.'
\echo
\echo '| log | intervals | purchases | in the 50 % window | expected | in the 80 % window | expected | before the 80 % window | after it |'
\echo '|---|---|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || name, class, count(*), round(100 * avg((actual <@ window50)::int), 1),
       round(100 * avg(expected50)::numeric, 1), round(100 * avg((actual <@ window80)::int), 1),
       round(100 * avg(expected80)::numeric, 1),
       round(100 * avg((actual < lower(window80))::int), 1),
       round(100 * avg((actual >= upper(window80))::int), 1) || ' |'
FROM class WHERE actual IS NOT NULL GROUP BY name, class ORDER BY name, class;
\echo
\echo '## The alarm'
\echo
\echo 'Whose silence means that they will not come back before the log ends? The chance that of two'
\echo 'customers, one who bought again and one who did not, the one who did not is the more'
\echo 'alarming one (area under the ROC curve; 50 is chance): by the model''s silence'
\echo 'probability, and by the days of silence over their own mean interval, which is what rules such'
\echo 'as "1.5 times their average" cut. And those rules themselves: of the customers beyond'
\echo '1.5 times their mean interval, and of as many with the least silence probability, how many'
\echo 'did not buy again. Customers with an interval of their own.'
\echo
\echo '| log | as of | customers | AUC model | AUC recent | AUC ratio | beyond 1.5 | of these right | model right |'
\echo '|---|---|--:|--:|--:|--:|--:|--:|--:|'
WITH c AS (SELECT name, as_of, actual IS NULL AS gone, overdue, silence, recent_silence
           FROM prediction WHERE intervals > 0),
     ranked AS (SELECT *,
                       rank() OVER w_silence
                       + (count(*) OVER (PARTITION BY name, as_of, silence) - 1)
                         / 2.0 AS silence_rank,
                       rank() OVER w_recent
                       + (count(*) OVER (PARTITION BY name, as_of, recent_silence) - 1)
                         / 2.0 AS recent_rank,
                       rank() OVER w_overdue
                       + (count(*) OVER (PARTITION BY name, as_of, overdue) - 1)
                         / 2.0 AS overdue_rank,
                       row_number() OVER w_silence AS place,
                       count(*) FILTER (WHERE overdue > 1.5)
                         OVER (PARTITION BY name, as_of) AS alarms
                FROM c
                WINDOW w_silence AS (PARTITION BY name, as_of ORDER BY silence),
                       w_recent AS (PARTITION BY name, as_of ORDER BY recent_silence),
                       w_overdue AS (PARTITION BY name, as_of ORDER BY overdue)),
     totals AS (SELECT name, as_of, count(*) AS n, count(*) FILTER (WHERE gone) AS lost,
                       min(alarms) AS alarms,
                       sum(silence_rank) FILTER (WHERE NOT gone) AS silence_sum,
                       sum(recent_rank) FILTER (WHERE NOT gone) AS recent_sum,
                       sum(overdue_rank) FILTER (WHERE gone) AS overdue_sum,
                       count(*) FILTER (WHERE gone AND overdue > 1.5) AS ratio_right,
                       count(*) FILTER (WHERE gone AND place <= alarms) AS model_right
                FROM ranked GROUP BY name, as_of)
SELECT '| ' || name, as_of, n,
       round(100 * (silence_sum - (n - lost) * (n - lost + 1) / 2.0) / (lost * (n - lost)), 1),
       round(100 * (recent_sum - (n - lost) * (n - lost + 1) / 2.0) / (lost * (n - lost)), 1),
       round(100 * (overdue_sum - lost * (lost + 1) / 2.0) / (lost * (n - lost)), 1), alarms,
       round(100.0 * ratio_right / alarms, 1), round(100.0 * model_right / alarms, 1) || ' |'
FROM totals ORDER BY name, as_of;
\echo
\echo '## Who has left'
\echo
\echo 'The same question, of the same customers, put to the silence alone, to a model of the base'
\echo '(1 - `p_alive`), and to both together: `p_gone(h, as_of, cycle_model, base_model)`, with four kinds'
\echo 'of base models. Areas under the ROC curve. Beside them 1 - `purchase_probability` until the log'
\echo 'ends, which asks for just what is looked up here, a purchase by that day: it ranks slow buyers'
\echo 'high, who have not left. Rank by it who will buy by then, by `p_gone` who has left.'
\echo
\echo 'Where a base model says that nobody leaves (on uci_online_retail all but the regular one), `p_gone`'
\echo 'goes by the silence alone. What then is left of 1 - `p_alive` are probabilities below 0.001, which rank'
\echo 'customers by how few purchases they have made: slow buyers, again.'
\echo
\echo 'On grocery, whose customers are regular, a silence that their rhythm does not explain is now and'
\echo 'then one in which they did not follow it, for which `p_gone` allows. More than half a point below'
\echo 'the larger of silence and 1 - `p_alive` is `p_gone`'
\echo
SELECT '- nowhere' WHERE NOT EXISTS (SELECT FROM leaving
                                     WHERE p_gone < greatest(silence, churn) - 0.005);
SELECT format('- on %s as of %s with %s, by %s', name, as_of, kind,
              round(100 * (greatest(silence, churn) - p_gone)::numeric, 1))
FROM leaving WHERE p_gone < greatest(silence, churn) - 0.005 ORDER BY name, as_of, kind;
\echo
\echo '| log | as of | base model | customers | did not return | silence | 1 - p_alive | p_gone | 1 - purchase_probability |'
\echo '|---|---|---|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || name, as_of, kind, customers, round(100 * share::numeric, 1),
       round(100 * silence::numeric, 1), round(100 * churn::numeric, 1),
       round(100 * p_gone::numeric, 1), round(100 * no_purchase::numeric, 1) || ' |'
FROM leaving ORDER BY name, as_of, kind;
\echo
\echo 'A subscriber among them: 25 intervals of 28 days, and then a silence of 58, by the models of each'
\echo 'log and date.'
\echo
\echo '| log | as of | base model | p_alive | p_gone | customer_stage |'
\echo '|---|---|---|--:|--:|---|'
SELECT '| ' || name, as_of, kind, round(subscriber_alive::numeric, 2),
       round(subscriber_gone::numeric, 2), subscriber_stage || ' |'
FROM leaving ORDER BY name, as_of, kind;
\ir report_spend.sql

\echo
\echo '## The model'
\echo
\echo 'Which kind of model tells best who buys in the days that follow? One is chosen as of a date by'
\echo '`compare_models`: the least log loss in a hold-out of as many days that ends then; the other is'
\echo 'the choice of AIC, of the kinds as fitted as of that date. What each of them, fitted as of that'
\echo 'date, then said of the days that followed is judged by what came, and so are the best kind in'
\echo 'hindsight and the two plain rules, by the log loss a customer of "buys in the next days": less'
\echo 'is better. Of bg/nbd, mbg/nbd, mbg/cnbd-k and pareto/nbd; where purchases are yearly of bg/bb,'
\echo 'too. Of kinds that say the same to six digits the one with the least AIC is named.'
\echo
\echo '| log | as of | days | customers | by hold-out | log loss | by AIC | log loss | best | log loss | last period | days since last |'
\echo '|---|---|--:|--:|---|--:|---|--:|---|--:|--:|--:|'
CREATE TEMP VIEW choice AS
WITH kind AS (SELECT name, as_of, days, is_later, (r).kind, (r).log_loss, (r).aic, (r).actual,
                     (r).rank, (r).customers
              FROM comparison),
     chosen AS (SELECT DISTINCT ON (name, as_of) name, as_of, kind AS by_holdout
                FROM kind WHERE NOT is_later AND aic IS NOT NULL
                ORDER BY name, as_of, round(log_loss::numeric, 6), aic, kind),
     later AS (SELECT name, as_of, days, min(customers) AS customers,
                      jsonb_object_agg(kind, log_loss) AS losses,
                      (array_agg(kind ORDER BY aic, kind) FILTER (WHERE aic IS NOT NULL))[1]
                          AS by_aic,
                      (array_agg(kind ORDER BY round(log_loss::numeric, 6), aic, kind)
                       FILTER (WHERE aic IS NOT NULL))[1] AS best
               FROM kind WHERE is_later GROUP BY name, as_of, days)
SELECT *, (losses ->> by_holdout)::numeric AS holdout_loss,
       (losses ->> by_aic)::numeric AS aic_loss, (losses ->> best)::numeric AS best_loss,
       (losses ->> 'last period')::numeric AS period_loss,
       (losses ->> 'days since last purchase')::numeric AS days_loss
FROM chosen JOIN later USING (name, as_of);
SELECT '| ' || name, as_of, days, customers, by_holdout, round(holdout_loss, 4), by_aic,
       round(aic_loss, 4), best, round(best_loss, 4), coalesce(round(period_loss, 4)::text, '-'),
       coalesce(round(days_loss, 4)::text, '-') || ' |'
FROM choice ORDER BY name, as_of;
\echo
SELECT format('Of %1$s choices that by hold-out was the best kind, or as good to four digits, %2$s '
              'times, that of AIC %3$s times. On average the one has %4$s more log loss than the '
              'best, the other %5$s. Worse than a plain rule: %6$s of %1$s by hold-out, %7$s by '
              'AIC.',
              count(*), count(*) FILTER (WHERE round(holdout_loss, 4) = round(best_loss, 4)),
              count(*) FILTER (WHERE round(aic_loss, 4) = round(best_loss, 4)),
              round(avg(holdout_loss - best_loss), 4), round(avg(aic_loss - best_loss), 4),
              count(*) FILTER (WHERE holdout_loss > least(period_loss, days_loss)),
              count(*) FILTER (WHERE aic_loss > least(period_loss, days_loss)))
FROM choice;
\echo
SELECT count(*) > 0 AS has_worse FROM worse_choice \gset
\if :has_worse
\echo 'Where the chosen kind has more than 2 percent more log loss than the best one: how much more'
\echo 'it was in the hold-out and behind it, with a standard error over customers, and how many'
\echo 'purchases came for each that was expected. A choice within two standard errors was a matter of'
\echo 'chance. And models that expect the more purchases are ahead in a hold-out where more came than'
\echo 'all models expected, and behind where fewer came: what a season or a fading shop does to a'
\echo 'choice.'
\echo
\echo '| log | as of | by hold-out | best | in the hold-out | came / expected by both | behind it | came / expected by both |'
\echo '|---|---|---|---|--:|---|--:|---|'
WITH said AS (
         SELECT w.name, w.as_of, w.is_later, chosen, best,
                format('%s ± %s', round(more::numeric, 4), round(std_error::numeric, 4)) AS more,
                format('%s, %s', round(((c.r).actual / (c.r).expected)::numeric, 2),
                       round(((b.r).actual / (b.r).expected)::numeric, 2)) AS came
         FROM worse_choice w
              JOIN comparison c ON (c.name, c.as_of, c.is_later, (c.r).kind)
                                   = (w.name, w.as_of, w.is_later, chosen)
              JOIN comparison b ON (b.name, b.as_of, b.is_later, (b.r).kind)
                                   = (w.name, w.as_of, w.is_later, best))
SELECT '| ' || name, as_of, h.chosen, h.best, h.more, h.came, l.more, l.came || ' |'
FROM said h JOIN said l USING (name, as_of)
WHERE NOT h.is_later AND l.is_later
ORDER BY name, as_of;
\echo
\endif
\echo '## The total'
\echo
\echo 'How many purchases will all customers make in the next 91 days (70 at the end of uci_online_retail)'
\echo 'of the same dates, by `expected_total(m, h, as_of, ''91 days'')` with four kinds of models, and'
\echo 'what came of those customers. The limits hold their chance and what the fit does not know of its'
\echo 'parameters: on bases that are simulated they hold as many as they promise. On real logs they'
\echo 'are too narrow. Shops sell more before Christmas and less behind it, they grow or fade,'
\echo 'and a customer base model knows neither; thousands of customers who all buy a tenth more in the same'
\echo 'month are no chance. Read the limits as what remains were the next months like those before.'
\echo 'Where there are none the fit has not converged: a model without anybody who leaves.'
\echo
SELECT format('Within the limits of 80 percent lie %s of %s totals, within those of 95 percent %s; '
              'from what was expected', count(*) FILTER (WHERE actual BETWEEN lower80 AND upper80),
              count(lower80), count(*) FILTER (WHERE actual BETWEEN lower95 AND upper95)),
       format(E'\nthey are %s percent away in the mean, and the limits of 80 percent are %s.',
              round(100 * avg(abs(actual / expected - 1))::numeric, 1),
              round(100 * avg((upper80 - lower80) / 2 / expected)::numeric, 1))
FROM total \g (fieldsep='')
\echo
\echo '| log | as of | model | customers | expected | 80 % limits | 95 % limits | came | came / expected |'
\echo '|---|---|---|--:|--:|---|---|--:|--:|'
SELECT '| ' || name, as_of, kind, customers, round(expected::numeric),
       coalesce(lower80 || ' to ' || upper80, '-'), coalesce(lower95 || ' to ' || upper95, '-'),
       actual, round((actual / expected)::numeric, 2) || ' |'
FROM total ORDER BY name, as_of, kind;
\ir report_season.sql
\ir report_covariates.sql
