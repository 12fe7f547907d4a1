/*
 * fit.c
 *		The final function of the aggregate fit_model: from the rows of a state to a model.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "core/gamma_gamma_all.h"
#include "core/interpurchase_shapes.h"
#include "core/poll.h"
#include "pg/fit.h"
#include "pg/fit_tally.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(fit_model_final);

/* Fewer than these tell nothing about three parameters */
#define INTERVALS_MIN		10
#define CUSTOMERS_MIN		5

/* The logarithm of the longest interval that dates leave room for is below 22; none is negative */
#define LOG_INTERVAL_MAX 22

/* What a model is fitted to: the rows of a state in ascending order */
typedef struct FitData
{
	const FitHead *head;
	const rt_kind *kind;
	rt_fit_row *rows;
	size_t		row_count;
	rt_evenness_rows evenness;	/* which are no rows any more */
	const rt_season *season;	/* NULL: none; else rows are in its time */
	double		log_factors;	/* the sum over repeat purchase days */
} FitData;

/* The parameters, for a message */
static char *
parameters_text(const rt_kind *kind, const double *parameters)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < kind->parameter_count; i++)
		appendStringInfo(&text, "%s%s = %g", i > 0 ? ", " : "", kind->parameters[i], parameters[i]);
	return text.data;
}

/*
 * A weight that all rows have, and that is not 1, is more likely meant for the time unit behind it.
 * Of rows that were added up only their sum is known: each is then as many times the weight as
 * there were rows.
 */
static void
notice_same_weight(const FitData *data)
{
	double		weights = 0,
				weight,
				customers = 0;

	if (!data->head->from_numbers || data->kind->spend != NULL || data->head->customers < 2)
		return;
	for (uint32 i = 0; i < data->row_count; i++)
		weights += data->rows[i].weight;
	weight = data->head->customers == data->row_count ? data->rows[0].weight :
		weights / (double) data->head->customers;
	if (weight == 1)
		return;
	for (uint32 i = 0; i < data->row_count; i++)
	{
		double		rows = data->rows[i].weight / weight;

		if (rows != floor(rows))
			return;
		customers += rows;
	}
	if (customers != (double) data->head->customers)
		return;
	ereport(NOTICE,
			(errmsg("all rows of the fit have the same weight, %g", weight),
			 data->kind->input == RT_INPUT_CONTRACTS ?
			 errdetail("The argument after churned is a weight: each row counts as so many "
					   "contracts.") :
			 errdetail("The argument after T is a weight: each row counts as so many customers."),
			 data->kind->input == RT_INPUT_CONTRACTS ?
			 errhint("A time unit comes after the weight: fit_model('%s', tenure, churned, 1, %g).",
					 data->kind->name, weight) :
			 errhint("A time unit comes after the weight: fit_model('%s', x, t_x, T, 1, %g).",
					 data->kind->name, weight)));
}

/* Takes the rows that say how even intervals are out of the others */
static void
take_evenness_rows(FitData *data)
{
	rt_fit_row *rows = MemoryContextAllocHuge(CurrentMemoryContext,
											  Max(1, data->row_count) * sizeof(rt_fit_row));
	size_t		taken = 0;
	size_t		left = 0;

	for (size_t i = 0; i < data->row_count; i++)
	{
		rt_poll_each(i);
		if (data->rows[i].rhythm.is_evenness == 1)
			rows[taken++] = data->rows[i];
		else
			data->rows[left++] = data->rows[i];
	}
	data->evenness = (rt_evenness_rows) {rows, taken};
	data->row_count = left;
}

/* Over all rows, times their weights */
typedef struct Sums
{
	double		weights;
	double		numbers[3];
	double		repeat_customers;	/* whose first number is above 0; of amounts, above 1 */
} Sums;

static Sums
sum_rows(const FitData *data)
{
	Sums		sums = {0};
	double		once = data->kind->input == RT_INPUT_AMOUNTS ? 1 : 0;

	for (uint32 i = 0; i < data->row_count; i++)
	{
		const rt_fit_row *row = &data->rows[i];

		rt_poll_each(i);
		sums.weights += row->weight;
		for (int j = 0; j < lengthof(sums.numbers); j++)
			sums.numbers[j] += row->weight * row->numbers[j];
		if (row->numbers[0] > once)
			sums.repeat_customers += row->weight;
	}
	if (isinf(sums.weights) || isinf(sums.numbers[0]) || isinf(sums.numbers[1]) ||
		isinf(sums.numbers[2]))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the customers of a fit add up to more than a number holds")));
	return sums;
}

static void
check_enough(const rt_kind *kind, const Sums *sums, int64 customers)
{
	if (kind->input == RT_INPUT_CONTRACTS)
	{
		if (sums->numbers[1] < CUSTOMERS_MIN || sums->numbers[0] - sums->numbers[1] < CUSTOMERS_MIN)
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("too little data to fit a model of kind \"%s\"", kind->name),
							errdetail("Of %.15g renewals %.15g were refused.", sums->numbers[0],
									  sums->numbers[1]),
							errhint("At least %d of each are needed.", CUSTOMERS_MIN)));
	}
	else if (kind->input == RT_INPUT_SPEND &&
			 (sums->numbers[0] < INTERVALS_MIN || sums->repeat_customers < CUSTOMERS_MIN))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("too little data to fit a model of kind \"%s\"", kind->name),
				 errdetail("Of %lld customers %.15g have repeat orders of a mean value above 0, "
						   "%.15g orders in all.",
						   (long long) customers, sums->repeat_customers, sums->numbers[0]),
				 errhint("At least %d customers with %d repeat orders are needed.", CUSTOMERS_MIN,
						 INTERVALS_MIN)));
	else if (kind->input == RT_INPUT_AMOUNTS)
	{
		double		repeats = sums->numbers[0] - sums->weights;

		if (repeats < INTERVALS_MIN || sums->repeat_customers < CUSTOMERS_MIN)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("too little data to fit a model of kind \"%s\"", kind->name),
					 errdetail("Of %lld customers %.15g have several days with an amount above 0, "
							   "%.15g such days in all beyond their first ones.",
							   (long long) customers, sums->repeat_customers, repeats),
					 errhint("At least %d customers with %d such days are needed.", CUSTOMERS_MIN,
							 INTERVALS_MIN)));
	}
	else if (sums->numbers[0] < INTERVALS_MIN || sums->repeat_customers < CUSTOMERS_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("too little data to fit a model of kind \"%s\"", kind->name),
				 errdetail("Of %lld customers %.15g bought again, with %.15g intervals in all.",
						   (long long) customers, sums->repeat_customers, sums->numbers[0]),
				 errhint("At least %d customers with %d intervals are needed; take a later as_of "
						 "or a larger group.",
						 CUSTOMERS_MIN, INTERVALS_MIN)));
}

/* May these be the sums of logarithms of so many intervals? */
static bool
sums_valid(const FitData *data, double intervals)
{
	double		sum_log = (double) data->head->sum_log / FIT_LOG_UNIT;

	if (data->season == NULL)
		return sum_log <= intervals * LOG_INTERVAL_MAX;
	return fabs(sum_log) <= intervals * RT_SEASONAL_LOG_INTERVAL_MAX &&
		fabs(data->log_factors) <= intervals * RT_SEASONAL_LOG_MAX;
}

/* The rows of a state, and nothing but what was added to it */
static FitData
get_data(const FitState *state)
{
	FitData		data = {.head = state->head, .kind = rt_kind_by_id(state->head->kind)};
	const FitSeasonal *seasonal = fit_state_seasonal(state);
	double		intervals = 0;

	data.rows = fit_state_rows(state, &data.row_count);
	if (data.kind->input == RT_INPUT_INTERVALS)
		take_evenness_rows(&data);
	if (seasonal != NULL)
	{
		data.season = season_from_bytes(seasonal->season);
		data.log_factors = (double) seasonal->sum_log / FIT_LOG_UNIT;
		data.row_count = rt_seasonal_rows(data.season, data.kind->input, data.head->as_of,
										  data.rows, data.row_count);
	}
	for (size_t i = 0; i < data.row_count; i++)
	{
		rt_poll_each(i);
		intervals += data.rows[i].weight * data.rows[i].numbers[0];
	}
	if (!sums_valid(&data, intervals))
		fit_tally_corrupt();
	return data;
}

/* The rows as the fit of their kind takes them, in the model's unit */
static rt_customers
get_customers(const FitData *data)
{
	bool		in_units = data->head->from_numbers || data->kind->input == RT_INPUT_OPPORTUNITIES;
	double		sum_log = (double) data->head->sum_log / FIT_LOG_UNIT;

	if (data->kind->input == RT_INPUT_SPEND)
	{
		for (size_t i = 0; i < data->row_count; i++)
		{
			rt_poll_each(i);
			data->rows[i].orders.log_mean = log(data->rows[i].orders.mean);
		}
	}
	if (data->kind->input == RT_INPUT_AMOUNTS)
		sum_log = rt_gamma_gamma_all_orders(data->rows, data->row_count);
	return (rt_customers) {
							  .rows = data->rows, .row_count = data->row_count, .sum_log = sum_log,
							  .time_unit = in_units ? 1 : data->head->time_unit
		};
}

static void
fit_customers(const FitData *data, const rt_customers *customers, rt_fit *fit)
{
	const rt_kind *kind = data->kind;
	void	   *workspace = NULL;

	if (kind->fit_workspace != NULL)
		workspace = MemoryContextAllocHuge(CurrentMemoryContext,
										   Max(1, kind->fit_workspace(customers->row_count)));
	kind->fit(kind, data->head->k, customers, workspace, fit);
}

/* The one place that knows what is in a model */
static void
fill_model(rt_model *model, const FitData *data, const rt_customers *customers, const rt_fit *fit,
		   double observations)
{
	rt_model_init(model, data->kind);
	model->flags = RT_MODEL_FITTED | (fit->converged ? RT_MODEL_CONVERGED : 0);
	if (!data->head->from_numbers)
	{
		model->flags |= RT_MODEL_DATED;
		model->fitted_as_of = data->head->as_of;
	}
	model->time_unit = data->head->time_unit;
	model->log_likelihood = fit->log_likelihood + data->log_factors;
	model->season = data->season;
	model->observations = observations;
	if (data->kind->spend != NULL)
	{
		model->left_out = data->head->left_out;
		model->frequency_correlation = rt_gamma_gamma_correlation(customers);
	}
	if (data->kind->input == RT_INPUT_INTERVALS)
	{
		model->k_median = fit->parameters[0];
		rt_interpurchase_fit_shapes(&data->evenness, &model->k_median, &model->k_deviation);
	}
	for (int i = 0; i < data->kind->parameter_count; i++)
	{
		model->parameters[i] = fit->parameters[i];
		for (int j = 0; j <= i; j++)
		{
			double		covariance = fit->covariance[i * RT_PARAMETERS_MAX + j];

			model->covariance[i * (i + 1) / 2 + j] = isfinite(covariance) ? covariance + 0 : NAN;
		}
	}
}

/* Where a few customers spend so much more than others that the mean across them is infinite */
static void
notice_no_mean(const rt_model *model)
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	rt_gamma_gamma spend;

	rt_gamma_gamma_from_model(model, &spend);
	if (spend.q > 1)
		return;
	ereport(NOTICE,
			(errmsg("the mean value of orders is infinite by the fit of model \"%s\"", kind->name),
			 errdetail("Customers differ too much: q is %g, and only above 1 there is a mean.",
					   spend.q),
			 kind->input == RT_INPUT_AMOUNTS ?
			 errhint("Values to expect lie between the customer's own mean and the median of the "
					 "base, %g.", rt_gamma_gamma_median(&spend)) :
			 errhint("Who has not bought again is given no value, and few orders tell too much; "
					 "fit_model('gamma-gamma-all', history, as_of) values everybody.")));
}

static void
warn_not_converged(const rt_model *model)
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	const char *parameters = parameters_text(kind, model->parameters);
	const char *limit = model_limit(model);

	ereport(WARNING,
			(errmsg("the fit of model \"%s\" did not converge", kind->name),
			 limit != NULL ?
			 errdetail("The likelihood rises toward a limit (%s): %s.", limit, parameters) :
			 errdetail("The data do not tell all parameters: %s.", parameters)));
}

void
fit_check_model(const rt_model *model)
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	const char *problem = rt_model_check(model);

	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the fit of model \"%s\" is out of range", kind->name),
				 errdetail("Of its result %s; the parameters are %s.", problem,
						   parameters_text(kind, model->parameters)),
				 model->covariates == NULL ? 0 :
				 errhint("Parameters are those of a customer whose covariates are all 0: take off "
						 "from each what is usual.")));
}

static void
fit_of_data(const FitData *data, rt_model *model)
{
	Sums		sums = sum_rows(data);
	rt_customers customers;
	rt_fit		fit;

	check_enough(data->kind, &sums, data->head->customers);
	customers = get_customers(data);
	fit_customers(data, &customers, &fit);
	fill_model(model, data, &customers, &fit, sums.weights);
	fit_check_model(model);
}

double
fit_check_enough(const FitHead *head, rt_fit_row *rows, size_t row_count)
{
	FitData		data = {.head = head, .kind = rt_kind_by_id(head->kind), .rows = rows,
	.row_count = row_count};
	Sums		sums = sum_rows(&data);

	check_enough(data.kind, &sums, head->customers);
	return sums.repeat_customers;
}

void
fit_fill_model(const FitHead *head, const rt_season *season, double log_factors,
			   const rt_customers *customers, const rt_fit *fit, double observations,
			   rt_model *model)
{
	FitData		data = {.head = head, .kind = rt_kind_by_id(head->kind), .season = season,
	.log_factors = log_factors};

	fill_model(model, &data, customers, fit, observations);
}

void
fit_report(const rt_model *model)
{
	if (!(model->flags & RT_MODEL_CONVERGED))
		warn_not_converged(model);
	if (rt_kind_by_id(model->id)->spend != NULL)
		notice_no_mean(model);
}

void
fit_rows(const FitHead *head, const rt_season *season, double log_factors, rt_fit_row *rows,
		 size_t row_count, rt_model *model)
{
	FitData		data = {.head = head, .kind = rt_kind_by_id(head->kind), .rows = rows,
		.row_count = row_count, .season = season,
	.log_factors = log_factors};

	fit_of_data(&data, model);
}

Datum
fit_model_final(PG_FUNCTION_ARGS)
{
	FitState	state;
	FitData		data;
	rt_model	model;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = fit_state_argument(fcinfo, 0);
	fit_state_check_months(&state, false);
	data = get_data(&state);
	notice_same_weight(&data);
	fit_of_data(&data, &model);
	fit_report(&model);
	PG_RETURN_DATUM(model_to_datum(&model));
}
