/*
 * history_questions.c
 *		What SQL asks of a purchase_history.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "core/history_questions.h"
#include "core/poll.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/errors.h"
#include "pg/history.h"
#include "pg/money.h"

PG_FUNCTION_INFO_V1(purchase_history_purchases);
PG_FUNCTION_INFO_V1(purchase_history_first_purchase);
PG_FUNCTION_INFO_V1(purchase_history_last_purchase);
PG_FUNCTION_INFO_V1(purchase_history_order_count);
PG_FUNCTION_INFO_V1(purchase_history_purchase_days);
PG_FUNCTION_INFO_V1(purchase_history_total_spend);
PG_FUNCTION_INFO_V1(purchase_history_average_order_value);
PG_FUNCTION_INFO_V1(purchase_history_purchase_intervals);
PG_FUNCTION_INFO_V1(purchase_history_as_of);
PG_FUNCTION_INFO_V1(purchase_history_slice);
PG_FUNCTION_INFO_V1(purchase_history_frequency);
PG_FUNCTION_INFO_V1(purchase_history_recency);
PG_FUNCTION_INFO_V1(purchase_history_customer_age);
PG_FUNCTION_INFO_V1(purchase_history_monetary_value);
PG_FUNCTION_INFO_V1(purchase_history_rfm);

Datum
purchase_history_purchases(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	rt_reader	reader;
	rt_day		day;

	InitMaterializedSRF(fcinfo, 0);
	if (history.size == 0)
		return (Datum) 0;
	check_history_status(rt_reader_init(&reader, history.bytes, history.size), 0);
	while (rt_reader_next(&reader, &day))
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		CHECK_FOR_INTERRUPTS();
		values[0] = DateADTGetDatum(day.date);
		values[1] = Int32GetDatum(day.orders);
		nulls[2] = !history_amount_known(&day);
		values[2] = nulls[2] ? (Datum) 0 : NumericGetDatum(money_to_numeric(day.money));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	if (reader.malformed)
		check_history_status(RT_MALFORMED, 0);
	return (Datum) 0;
}

/* False when nothing was bought */
static bool
get_summary(FunctionCallInfo fcinfo, rt_summary *summary)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	bool		found = false;

	memset(summary, 0, sizeof(*summary));
	if (history.size > 0)
		check_history_status(rt_history_summary(history.bytes, history.size, summary, &found), 0);
	return found;
}

Datum
purchase_history_first_purchase(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	if (!get_summary(fcinfo, &summary))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(summary.first);
}

Datum
purchase_history_last_purchase(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	if (!get_summary(fcinfo, &summary))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(summary.last);
}

Datum
purchase_history_order_count(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	get_summary(fcinfo, &summary);
	PG_RETURN_INT64(summary.orders);
}

Datum
purchase_history_purchase_days(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	get_summary(fcinfo, &summary);
	PG_RETURN_INT32((int32) summary.days);
}

/* Money is known once an order or a refund of known amount is there */
static bool
spend_known(const rt_summary *summary)
{
	return summary->known > 0 || summary->spend.high != 0 || summary->spend.low != 0;
}

Datum
purchase_history_total_spend(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	get_summary(fcinfo, &summary);
	if (!spend_known(&summary))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(money_sum_to_numeric(&summary.spend));
}

Datum
purchase_history_average_order_value(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	get_summary(fcinfo, &summary);
	if (summary.known == 0)
		PG_RETURN_NULL();
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(money_sum_to_numeric(&summary.spend)),
							   NumericGetDatum(int64_to_numeric(summary.known)));
}

Datum
purchase_history_purchase_intervals(PG_FUNCTION_ARGS)
{
	HistoryDays days = history_days(history_bytes(PG_GETARG_DATUM(0)));
	Datum	   *intervals;
	int			count = 0;
	const rt_day *previous = NULL;

	intervals = (Datum *) MemoryContextAllocHuge(CurrentMemoryContext,
												 Max(days.count, 1) * sizeof(Datum));
	for (size_t i = 0; i < days.count; i++)
	{
		rt_poll_each(i);
		if (days.days[i].orders == 0)
			continue;
		if (previous != NULL)
			intervals[count++] = Int32GetDatum(days.days[i].date - previous->date);
		previous = &days.days[i];
	}
	if (previous == NULL)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(construct_array(intervals, count, INT4OID, sizeof(int32), true,
										  TYPALIGN_INT));
}

/* The days from first to last, both included */
static struct varlena *
history_between(HistoryBytes history, int64 first, int64 last)
{
	HistoryDays days = history_days(history);
	size_t		from = 0;
	size_t		until = days.count;

	for (; from < until && days.days[from].date < first; from++)
		rt_poll_each(from);
	for (; until > from && days.days[until - 1].date > last; until--)
		rt_poll_each(until);
	if (from == 0 && until == days.count)
		return history_from_bytes(history);
	days.days += from;
	days.count = until - from;
	return history_from_days(&days);
}

Datum
purchase_history_as_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_HISTORY_OR_NULL(history_between(history_bytes(PG_GETARG_DATUM(0)),
											  PG_INT64_MIN, PG_GETARG_DATEADT(1)));
}

Datum
purchase_history_slice(PG_FUNCTION_ARGS)
{
	RangeType  *range = PG_GETARG_RANGE_P(1);
	TypeCacheEntry *type = range_get_typcache(fcinfo, RangeTypeGetOid(range));
	RangeBound	lower,
				upper;
	bool		empty;
	int64		first = PG_INT64_MIN;
	int64		last = PG_INT64_MAX;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (empty)
		PG_RETURN_NULL();
	if (!lower.infinite)
		first = (int64) DatumGetDateADT(lower.val) + (lower.inclusive ? 0 : 1);
	if (!upper.infinite)
		last = (int64) DatumGetDateADT(upper.val) - (upper.inclusive ? 0 : 1);
	PG_RETURN_HISTORY_OR_NULL(history_between(history_bytes(PG_GETARG_DATUM(0)), first, last));
}

static bool
get_rfm(FunctionCallInfo fcinfo, bool with_money, rt_rfm *rfm)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	DateADT		as_of = as_of_date(PG_GETARG_DATEADT(1));
	bool		found = false;

	if (history.size > 0)
		check_history_status(with_money ?
							 rt_history_rfm(history.bytes, history.size, as_of, rfm, &found) :
							 rt_history_recency(history.bytes, history.size, as_of, rfm,
												&found),
							 0);
	return found;
}

Datum
purchase_history_frequency(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;

	if (!get_rfm(fcinfo, false, &rfm))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rfm.frequency);
}

Datum
purchase_history_recency(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;

	if (!get_rfm(fcinfo, false, &rfm))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rfm.recency);
}

Datum
purchase_history_customer_age(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;

	if (!get_rfm(fcinfo, false, &rfm))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rfm.customer_age);
}

Datum
purchase_history_monetary_value(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;

	if (!get_rfm(fcinfo, true, &rfm) || !rfm.has_value)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rfm.monetary_value);
}

Datum
purchase_history_rfm(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;
	Datum		values[4];
	bool		nulls[4] = {false, false, false, false};

	if (!get_rfm(fcinfo, true, &rfm))
		PG_RETURN_NULL();
	values[0] = Float8GetDatum(rfm.frequency);
	values[1] = Float8GetDatum(rfm.recency);
	values[2] = Float8GetDatum(rfm.customer_age);
	values[3] = Float8GetDatum(rfm.monetary_value);
	nulls[3] = !rfm.has_value;
	return composite_row(fcinfo, 4, values, nulls);
}
