/*
 * comparison.c
 *		The final function of the aggregate compare_models: which model to use, by what came true.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/calendar.h"
#include "core/comparison.h"
#include "core/customer_base.h"
#include "core/opportunity.h"
#include "core/poll.h"
#include "core/sort.h"
#include "pg/comparison_state.h"
#include "pg/composite.h"
#include "pg/fit.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(compare_models_final);

/* The longest interval's logarithm, as in a fit */
#define LOG_INTERVAL_MAX 22

/* Sums that are whole numbers are below it, and 64 bits hold them */
#define WHOLE_SUM_MAX (INT64CONST(1) << 62)

/* ------------------------------------------------------------------- final */

/* What is compared: customers in ascending order of what a kind is fitted to */
typedef struct Compared
{
	const ComparisonHead *head;
	ComparisonRows all;
	const rt_season *season;	/* NULL: none; else opportunities are operational days */
	double		log_factors;
	bool		by_opportunities;
	rt_fit_row *fit_rows;
	rt_scored  *scored;
	double		sampled;		/* customers that the rows are of */
	double		sum_log;
} Compared;

/* A row of the result; NaN is NULL */
typedef struct ComparisonRow
{
	const char *kind;
	const rt_model *model;		/* NULL of a rule */
	rt_judgement judgement;
	bool		is_judged;
	double		roc_auc;
	int			rank;			/* 0: none */
} ComparisonRow;

/* How many customers a row stands for: those of a sample for 2^level of each */
static int64
comparison_weight(const Compared *data, const rt_compared *row)
{
	return row->x > 0 ? row->customers << data->head->level : row->customers;
}

/* As a kind sees them, in days or opportunities; by season in operational days */
static rt_customer
comparison_customer(const Compared *data, const rt_compared *row)
{
	return data->by_opportunities ? row->opportunities :
		(rt_customer) {(double) row->x, (double) row->t_x, (double) row->age};
}

static bool
comparison_same(const rt_customer *a, const rt_customer *b)
{
	return a->x == b->x && a->t_x == b->t_x && a->age == b->age;
}

static void
comparison_order(Compared *data, bool by_opportunities)
{
	if (data->by_opportunities == by_opportunities)
		return;
	data->by_opportunities = by_opportunities;
	rt_sort(data->all.rows, data->all.row_count, sizeof(rt_compared),
			by_opportunities ? rt_compared_order_opportunities : rt_compared_order, NULL);
}

static void
comparison_fit(const Compared *data, const ComparedKind *kind, rt_model *model)
{
	FitHead		head = {.kind = kind->id, .k = kind->k};
	size_t		count = 0;

	head.as_of = data->head->as_of - data->head->days;
	head.time_unit = data->head->time_unit;
	head.customers = data->head->customers;
	if (rt_kind_by_id(kind->id)->needs_intervals)
		head.sum_log = (int64) data->sum_log;
	for (size_t i = 0; i < data->all.row_count; i++)
	{
		rt_fit_row	row = {.customer = comparison_customer(data, &data->all.rows[i])};

		rt_poll_each(i);
		if (count == 0 ||
			!comparison_same(&data->fit_rows[count - 1].customer, &row.customer))
			data->fit_rows[count++] = row;
		data->fit_rows[count - 1].weight +=
			(double) comparison_weight(data, &data->all.rows[i]);
	}
	fit_rows(&head, data->season, data->log_factors, data->fit_rows, count, model);
}

/* Of scores that were written down beside the judgement */
static void
comparison_finish_row(const Compared *data, size_t count, ComparisonRow *row)
{
	rt_scored_sort(data->scored, count);
	row->roc_auc = rt_roc_auc(data->scored, rt_scored_merge(data->scored, count));
	row->is_judged = rt_judgement_tells(&row->judgement);
}

/* Adds customers of one score, who bought or did not */
static void
comparison_score(rt_scored *scored, double score, bool bought, int64 customers)
{
	scored->score = score;
	if (bought)
		scored->outcomes += customers;
	else
		scored->others += customers;
}

static void
comparison_judge_model(const Compared *data, ComparisonRow *row)
{
	rt_base		base;
	int32		begin = data->head->as_of - data->head->days;
	double		horizon = rt_season_days(data->season, begin, data->head->as_of) /
		data->head->time_unit;
	bool		in_opportunities = data->by_opportunities && data->season == NULL;
	rt_customer seen;
	double		probability = 0;
	double		expected = 0;
	size_t		count = 0;

	rt_base_from_model(row->model, &base);
	if (in_opportunities)
		horizon = rt_opportunities_within(data->head->days, data->head->time_unit);
	for (size_t i = 0; i < data->all.row_count; i++)
	{
		const rt_compared *compared = &data->all.rows[i];
		rt_customer customer = comparison_customer(data, compared);
		int64		customers = comparison_weight(data, compared);

		rt_poll();
		if (i == 0 || !comparison_same(&customer, &seen))
		{
			seen = customer;
			if (!in_opportunities)
			{
				customer.t_x /= data->head->time_unit;
				customer.age /= data->head->time_unit;
			}
			probability = rt_base_purchase_probability(&base, &customer, horizon);
			expected = rt_base_expected_purchases(&base, &customer, horizon);
			data->scored[count++] = (rt_scored) {0};
		}
		rt_judge(&row->judgement, (double) customers, probability, expected, compared->after);
		comparison_score(&data->scored[count - 1], probability, compared->after > 0, customers);
	}
	comparison_finish_row(data, count, row);
}

/* ------------------------------------------------------------------- rules */

/* Looks at one number of a customer, and learns from the period before what it means */
typedef struct ComparisonRule
{
	const char *name;
	int32		(*number) (const rt_compared *row);
	int32		(*number_then) (const rt_past *past);
	bool		is_count;		/* and so many purchases are expected again */
} ComparisonRule;

static int32
comparison_count(const rt_compared *row)
{
	return row->before;
}

static int32
comparison_count_then(const rt_past *past)
{
	return past->count;
}

static int32
comparison_silence(const rt_compared *row)
{
	return row->age - row->t_x;
}

static int32
comparison_silence_then(const rt_past *past)
{
	return past->silence;
}

static const ComparisonRule comparison_rules[] = {
	{"last period", comparison_count, comparison_count_then, true},
	{"days since last purchase", comparison_silence, comparison_silence_then, false}
};

static bool
comparison_learn(const Compared *data, const ComparisonRule *rule, rt_rule *learned)
{
	size_t		count = data->all.past_count;

	rt_clear(data->scored, count * sizeof(rt_scored));
	for (size_t i = 0; i < count; i++)
	{
		const rt_past *past = &data->all.pasts[i];

		rt_poll_each(i);
		comparison_score(&data->scored[i], rule->number_then(past), past->bought,
						 past->customers);
	}
	rt_scored_sort(data->scored, count);
	return rt_rule_fit(data->scored, rt_scored_merge(data->scored, count), learned);
}

static void
comparison_judge_rule(const Compared *data, const ComparisonRule *rule, ComparisonRow *row)
{
	rt_rule		learned;
	bool		known = comparison_learn(data, rule, &learned);

	row->kind = rule->name;
	for (size_t i = 0; i < data->all.row_count; i++)
	{
		const rt_compared *compared = &data->all.rows[i];
		int64		customers = comparison_weight(data, compared);
		double		number = rule->number(compared);

		rt_poll_each(i);
		rt_judge(&row->judgement, (double) customers,
				 known ? rt_rule_probability(&learned, number) : 0.5,
				 rule->is_count ? number : NAN, compared->after);
		data->scored[i] = (rt_scored) {0};

		/* of very large numbers probabilities would be alike */
		comparison_score(&data->scored[i], known ? number * learned.slope : 0,
						 compared->after > 0, customers);
	}
	comparison_finish_row(data, data->all.row_count, row);
	row->is_judged &= known;
}

/* ------------------------------------------------------------------ result */

/* In the order of the type model_comparison */
enum
{
	COMPARISON_KIND,
	COMPARISON_LOG_LIKELIHOOD,
	COMPARISON_AIC,
	COMPARISON_CONVERGED,
	COMPARISON_LIMIT,
	COMPARISON_CUSTOMERS,
	COMPARISON_LEFT_OUT,
	COMPARISON_SAMPLED,
	COMPARISON_LOG_LOSS,
	COMPARISON_BRIER_SCORE,
	COMPARISON_ROC_AUC,
	COMPARISON_EXPECTED,
	COMPARISON_ACTUAL,
	COMPARISON_MEAN_ABSOLUTE_ERROR,
	COMPARISON_RANK,
	COMPARISON_COLUMNS
};

/* As it was named: of a given k with that */
static const char *
comparison_kind_name(const ComparedKind *compared)
{
	const char *name = rt_kind_by_id(compared->id)->name;

	return compared->k == 0 ? name :
		psprintf("%.*s%d", (int) strlen(name) - 1, name, compared->k);
}

static double
comparison_log_loss(const ComparisonRow *row)
{
	return row->is_judged ? row->judgement.log_loss / row->judgement.customers : NAN;
}

/* The best first, who are not judged last; those that are alike as they were */
static void
comparison_rank(ComparisonRow *rows, int count)
{
	for (int i = 1; i < count; i++)
	{
		ComparisonRow row = rows[i];
		int			place = i;

		for (; place > 0 && (isnan(comparison_log_loss(&rows[place - 1])) ?
							 !isnan(comparison_log_loss(&row)) :
							 comparison_log_loss(&rows[place - 1]) > comparison_log_loss(&row));
			 place--)
			rows[place] = rows[place - 1];
		rows[place] = row;
	}
	for (int i = 0; i < count; i++)
	{
		if (isnan(comparison_log_loss(&rows[i])))
			continue;
		rows[i].rank = i > 0 && comparison_log_loss(&rows[i - 1]) == comparison_log_loss(&rows[i]) ?
			rows[i - 1].rank : i + 1;
	}
}

static void
comparison_put(Datum *values, bool *nulls, int column, double value)
{
	values[column] = Float8GetDatum(value);
	nulls[column] = !isfinite(value);
}

static void
comparison_add_result(CompositeArray *result, const Compared *data, const ComparisonRow *row)
{
	Datum		values[COMPARISON_COLUMNS];
	bool		nulls[COMPARISON_COLUMNS] = {false};
	const rt_judgement *judgement = &row->judgement;
	const rt_model *model = row->model;
	const char *limit = model == NULL ? NULL : model_limit(model);

	values[COMPARISON_KIND] = CStringGetTextDatum(row->kind);
	comparison_put(values, nulls, COMPARISON_LOG_LIKELIHOOD,
				   model == NULL ? NAN : model->log_likelihood);
	comparison_put(values, nulls, COMPARISON_AIC, model == NULL ? NAN : model_aic(model));
	values[COMPARISON_CONVERGED] =
		BoolGetDatum(model != NULL && (model->flags & RT_MODEL_CONVERGED));
	nulls[COMPARISON_CONVERGED] = model == NULL;
	values[COMPARISON_LIMIT] = limit == NULL ? (Datum) 0 : CStringGetTextDatum(limit);
	nulls[COMPARISON_LIMIT] = limit == NULL;
	values[COMPARISON_CUSTOMERS] = Int64GetDatum(data->head->customers);
	values[COMPARISON_LEFT_OUT] = Int64GetDatum(data->head->came);
	values[COMPARISON_SAMPLED] = Int64GetDatum((int64) data->sampled);
	comparison_put(values, nulls, COMPARISON_LOG_LOSS, comparison_log_loss(row));
	comparison_put(values, nulls, COMPARISON_BRIER_SCORE,
				   row->is_judged ? judgement->squares / judgement->customers : NAN);
	comparison_put(values, nulls, COMPARISON_ROC_AUC, row->is_judged ? row->roc_auc : NAN);
	comparison_put(values, nulls, COMPARISON_EXPECTED, judgement->expected);
	values[COMPARISON_ACTUAL] = Int64GetDatum((int64) judgement->actual);
	comparison_put(values, nulls, COMPARISON_MEAN_ABSOLUTE_ERROR,
				   judgement->errors / judgement->customers);
	values[COMPARISON_RANK] = Int32GetDatum(row->rank);
	nulls[COMPARISON_RANK] = row->rank == 0;
	composite_array_add(result, values, nulls);
}

/* ------------------------------------------------------------------- final */

static void
comparison_check_known(const ComparisonHead *head)
{
	if (head->customers == 0 && head->came > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a hold-out of %d days is longer than what is known", head->days),
				 errdetail("All %lld customers bought in it for the first time.",
						   (long long) head->came),
				 errhint("Give a shorter one, or a later as_of.")));
}

/* The sum over all customers that the rows of the sample stand for */
static double
comparison_levels(const ComparisonHead *head, const int64 *sums)
{
	double		sum = 0;

	for (int level = head->level; level < RT_LEVELS; level++)
		sum += ldexp((double) sums[level], head->level);
	return sum;
}

/* All rows in operational days, too */
static void
comparison_set_season(const ComparisonState *state, Compared *data)
{
	int32		begin = state->head.as_of - state->head.days;

	data->season = season_from_bytes(state->season->bytes);
	for (size_t i = 0; i < data->all.row_count; i++)
	{
		rt_compared *row = &data->all.rows[i];
		rt_customer in_days = comparison_customer(data, row);

		rt_poll_each(i);
		/* there is no customer from before all dates */
		if (in_days.age > (double) begin - RT_DATE_MIN)
			comparison_state_corrupt();
		row->opportunities = rt_seasonal_customer(data->season, &in_days, begin);
	}
	data->log_factors = comparison_levels(&state->head, state->season->sum_logs) / FIT_LOG_UNIT;
}

static Compared
comparison_data(const ComparisonState *state)
{
	Compared	data = {&state->head, comparison_state_rows(state)};
	size_t		rows = Max(1, Max(data.all.row_count, data.all.past_count));
	double		intervals = 0;
	double		purchases = 0;

	data.fit_rows = MemoryContextAllocHuge(CurrentMemoryContext, rows * sizeof(rt_fit_row));
	data.scored = MemoryContextAllocHuge(CurrentMemoryContext, rows * sizeof(rt_scored));
	for (size_t i = 0; i < data.all.row_count; i++)
	{
		const rt_compared *row = &data.all.rows[i];

		rt_poll_each(i);
		data.sampled += (double) row->customers;
		intervals += (double) comparison_weight(&data, row) * row->x;
		purchases += (double) comparison_weight(&data, row) * row->after;
	}
	data.sum_log = comparison_levels(&state->head, state->head.sum_logs);
	if (state->season != NULL)
		comparison_set_season(state, &data);
	/* purchases in the hold-out are no more than a number holds, either */
	if (fabs(data.sum_log) > intervals * (data.season == NULL ? LOG_INTERVAL_MAX :
										  RT_SEASONAL_LOG_INTERVAL_MAX) * FIT_LOG_UNIT ||
		fabs(data.log_factors) > intervals * RT_SEASONAL_LOG_MAX ||
		fabs(data.sum_log) > (double) WHOLE_SUM_MAX || purchases > (double) WHOLE_SUM_MAX)
		comparison_state_corrupt();
	return data;
}

/* Fits in memory that is given back after each of them */
static void
comparison_judge_kinds(Compared *data, ComparisonRow *rows)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "retention: fit of a comparison",
												  ALLOCSET_DEFAULT_SIZES);

	for (int i = 0; i < data->head->kind_count; i++)
	{
		const ComparedKind *kind = &data->head->kinds[i];
		rt_model   *model = palloc(sizeof(rt_model));
		MemoryContext old = MemoryContextSwitchTo(context);

		comparison_order(data, data->season != NULL ||
						 rt_kind_by_id(kind->id)->input == RT_INPUT_OPPORTUNITIES);
		comparison_fit(data, kind, model);
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
		rows[i].kind = comparison_kind_name(kind);
		rows[i].model = model;
		comparison_judge_model(data, &rows[i]);
	}
}

Datum
compare_models_final(PG_FUNCTION_ARGS)
{
	const ComparisonState *state;
	Compared	data;
	ComparisonRow rows[COMPARISON_KINDS_MAX + lengthof(comparison_rules)];
	int			count;
	CompositeArray result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	memset(rows, 0, sizeof(rows));
	state = comparison_state_argument(fcinfo, 0);
	comparison_check_known(&state->head);
	data = comparison_data(state);
	comparison_judge_kinds(&data, rows);
	count = state->head.kind_count;
	comparison_order(&data, false);
	for (int i = 0; i < lengthof(comparison_rules); i++)
		comparison_judge_rule(&data, &comparison_rules[i], &rows[count++]);
	comparison_rank(rows, count);
	composite_array_begin(fcinfo, &result, COMPARISON_COLUMNS);
	for (int i = 0; i < count; i++)
		comparison_add_result(&result, &data, &rows[i]);
	return composite_array_finish(&result);
}
