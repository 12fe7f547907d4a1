/*
 * fit_seasonal.h
 *		What a state of fit_model or fit_season knows of the season, beside its rows.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_FIT_SEASONAL_H
#define RETENTION_FIT_SEASONAL_H

#include "pg/compat.h"

#include "core/season_fit.h"
#include "core/seasonal.h"
#include "pg/season.h"

#define FIT_LOG_UNIT	268435456.0 /* sums of logarithms: 2^28 to the unit */

/* Months that purchases are counted in: those before are beyond what a season is fitted to */
#define FIT_MONTHS_MAX ((RT_SEASON_YEARS_MAX + 1) * 12)

typedef struct FitSeasonal
{
	SeasonBytes season;			/* of fit_season what is taken as given, or none */
	int64		sum_log;		/* of the factors of repeat purchase days, in 1/FIT_LOG_UNIT */
	rt_seasonal_logs logs;

	/* Of fit_season repeat purchases by months, backward from the one of as_of, and weekdays */
	uint32		month_count;
	uint32		room;
	int64		(*purchases)[7];
} FitSeasonal;

/* All of it in this context */
extern FitSeasonal *fit_seasonal_new(MemoryContext context, SeasonBytes season);

/* Repeat purchases of a customer: dates in ascending order, the first purchase not among them */
extern void fit_seasonal_add_logs(FitSeasonal *seasonal, const int32 *dates, size_t count);
extern void fit_seasonal_add_months(FitSeasonal *seasonal, MemoryContext context, int32 as_of,
									const int32 *dates, size_t count);

extern void fit_seasonal_add_all(FitSeasonal *seasonal, MemoryContext context,
								 const FitSeasonal *other);

/* As bytes, equal ones of equal ones */
extern Size fit_seasonal_size(const FitSeasonal *seasonal);
extern void fit_seasonal_write(const FitSeasonal *seasonal, uint8 *bytes);

/* From any bytes: NULL where they are none; with or without months */
extern FitSeasonal *fit_seasonal_read(MemoryContext context, const uint8 *bytes, Size size,
									  bool with_months);

#endif							/* RETENTION_FIT_SEASONAL_H */
