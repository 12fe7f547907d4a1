/*
 * fit_seasonal.c
 *		What a state of fit_model or fit_season knows of the season, beside its rows.
 *
 * All numbers are integers, so that no order of rows and no plan changes them.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/fit_seasonal.h"

#include <math.h>

#include "common/int.h"
#include "utils/memutils.h"

#include "core/calendar.h"
#include "core/poll.h"

FitSeasonal *
fit_seasonal_new(MemoryContext context, SeasonBytes season)
{
	FitSeasonal *seasonal = MemoryContextAllocZero(context, sizeof(FitSeasonal));

	seasonal->season = season_copy(season, context);
	return seasonal;
}

static void
fit_seasonal_add(int64 *sum, int64 more)
{
	if (unlikely(pg_add_s64_overflow(*sum, more, sum)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many purchases for one fit")));
}

void
fit_seasonal_add_logs(FitSeasonal *seasonal, const int32 *dates, size_t count)
{
	const rt_season *season = season_from_bytes(seasonal->season);
	double		sum = rt_seasonal_sum_log(season, &seasonal->logs, dates, count);

	fit_seasonal_add(&seasonal->sum_log, llround(sum * FIT_LOG_UNIT));
}

static void
fit_seasonal_make_room(FitSeasonal *seasonal, MemoryContext context, uint32 month_count)
{
	uint32		room = Min(Max(month_count, 2 * seasonal->room), FIT_MONTHS_MAX);

	if (month_count > seasonal->room)
	{
		Size		size = room * sizeof(*seasonal->purchases);

		seasonal->purchases = seasonal->purchases == NULL ? MemoryContextAlloc(context, size) :
			repalloc(seasonal->purchases, size);
		memset(seasonal->purchases[seasonal->room], 0,
			   (room - seasonal->room) * sizeof(*seasonal->purchases));
		seasonal->room = room;
	}
	seasonal->month_count = Max(seasonal->month_count, month_count);
}

void
fit_seasonal_add_months(FitSeasonal *seasonal, MemoryContext context, int32 as_of,
						const int32 *dates, size_t count)
{
	int32		last = rt_unit_number(RT_UNIT_MONTH, as_of);

	for (size_t i = count; i-- > 0;)
	{
		int32		ago = last - rt_unit_number(RT_UNIT_MONTH, dates[i]);

		rt_poll_each(i);
		if (ago >= FIT_MONTHS_MAX)
			break;
		if (ago >= seasonal->month_count)
			fit_seasonal_make_room(seasonal, context, (uint32) ago + 1);
		fit_seasonal_add(&seasonal->purchases[ago][rt_weekday(dates[i])], 1);
	}
}

void
fit_seasonal_add_all(FitSeasonal *seasonal, MemoryContext context, const FitSeasonal *other)
{
	fit_seasonal_add(&seasonal->sum_log, other->sum_log);
	fit_seasonal_make_room(seasonal, context, other->month_count);
	for (uint32 i = 0; i < other->month_count; i++)
	{
		for (int day = 0; day < 7; day++)
			fit_seasonal_add(&seasonal->purchases[i][day], other->purchases[i][day]);
	}
}

/* ------------------------------------------------------------------ bytes */

/* Behind it the bytes of the season, and the purchases */
typedef struct SeasonalHead
{
	int64		sum_log;
	uint32		season_size;
	uint32		month_count;
} SeasonalHead;

Size
fit_seasonal_size(const FitSeasonal *seasonal)
{
	return sizeof(SeasonalHead) + seasonal->season.size +
		seasonal->month_count * sizeof(*seasonal->purchases);
}

void
fit_seasonal_write(const FitSeasonal *seasonal, uint8 *bytes)
{
	SeasonalHead head = {seasonal->sum_log, (uint32) seasonal->season.size,
	seasonal->month_count};

	memcpy(bytes, &head, sizeof(head));
	if (head.season_size > 0)
		memcpy(bytes + sizeof(head), seasonal->season.bytes, head.season_size);
	if (head.month_count > 0)
		memcpy(bytes + sizeof(head) + head.season_size, seasonal->purchases,
			   head.month_count * sizeof(*seasonal->purchases));
}

static bool
fit_seasonal_valid(const SeasonalHead *head, Size size, bool with_months)
{
	Size		rest = size - sizeof(SeasonalHead);

	return head->season_size <= rest &&
		head->month_count <= (with_months ? FIT_MONTHS_MAX : 0) &&
		rest - head->season_size == head->month_count * sizeof(int64[7]) &&
		(with_months || head->season_size > 0);
}

FitSeasonal *
fit_seasonal_read(MemoryContext context, const uint8 *bytes, Size size, bool with_months)
{
	SeasonalHead head;
	FitSeasonal *seasonal;

	if (size < sizeof(head))
		return NULL;
	memcpy(&head, bytes, sizeof(head));
	if (!fit_seasonal_valid(&head, size, with_months))
		return NULL;
	bytes += sizeof(head);
	seasonal = fit_seasonal_new(context, (SeasonBytes) {bytes, head.season_size});
	season_from_bytes(seasonal->season);	/* or an error that says why not */
	seasonal->sum_log = head.sum_log;
	if (head.month_count == 0)
		return seasonal;
	fit_seasonal_make_room(seasonal, context, head.month_count);
	memcpy(seasonal->purchases, bytes + head.season_size,
		   head.month_count * sizeof(*seasonal->purchases));
	for (uint32 i = 0; i < head.month_count; i++)
	{
		for (int day = 0; day < 7; day++)
		{
			if (seasonal->purchases[i][day] < 0)
				return NULL;
		}
	}
	return seasonal;
}
