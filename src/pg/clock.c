/*
 * clock.c
 *		The calendar day of a point in time.
 *
 * Breaking a timestamptz into fields takes longer than all the rest of an
 * aggregate's step.  The offset of a zone from UTC changes twice a year, so it
 * is looked up once for a block of 32 days and remembered.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/clock.h"

#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "pg/arguments.h"

#define SECONDS_PER_BLOCK	((pg_time_t) 32 * SECS_PER_DAY)
#define UNIX_TO_POSTGRES	((pg_time_t) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)
#define BLOCKS				128 /* eleven years */

/* Offsets of one zone within one block; until boundary the first, then the second */
typedef struct OffsetBlock
{
	pg_tz	   *zone;
	int64		block;
	int64		boundary;		/* microseconds since 2000-01-01 UTC */
	int32		before;			/* seconds east of UTC */
	int32		after;
	bool		irregular;		/* more than one change: look each time up */
} OffsetBlock;

static OffsetBlock offset_blocks[BLOCKS];

static inline int64
clock_floor_div(int64 value, int64 divisor)
{
	int64		result = value / divisor;

	return value % divisor < 0 ? result - 1 : result;
}

DateADT
date_from_date(DateADT date)
{
	if (unlikely(DATE_NOT_FINITE(date)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("purchase date \"%s\" is not finite",
						DATE_IS_NOBEGIN(date) ? "-infinity" : "infinity"),
				 errhint("Leave such rows out with WHERE or FILTER, or make the date NULL.")));
	return date;
}

DateADT
finite_date(DateADT date, const char *name)
{
	if (unlikely(DATE_NOT_FINITE(date)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s \"%s\" is not finite", name,
						DATE_IS_NOBEGIN(date) ? "-infinity" : "infinity")));
	return date;
}

DateADT
as_of_date(DateADT as_of)
{
	return finite_date(as_of, "as_of date");
}

static inline void
check_finite(Timestamp time)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(time)))
		date_from_date(TIMESTAMP_IS_NOBEGIN(time) ? DATEVAL_NOBEGIN : DATEVAL_NOEND);
}

DateADT
date_from_timestamp(Timestamp time)
{
	check_finite(time);
	return (DateADT) clock_floor_div(time, USECS_PER_DAY);
}

static void
fill_block(OffsetBlock *entry, int64 block, pg_tz *zone)
{
	pg_time_t	start = block * SECONDS_PER_BLOCK + UNIX_TO_POSTGRES;
	pg_time_t	boundary,
				next;
	long		before,
				after,
				ignored_offset;
	int			ignored_flag,
				found;

	entry->zone = NULL;
	entry->irregular = false;
	found = pg_next_dst_boundary(&start, &before, &ignored_flag,
								 &boundary, &after, &ignored_flag, zone);
	if (found < 0)
		entry->irregular = true;
	else
	{
		entry->before = (int32) before;
		entry->boundary = PG_INT64_MAX;
		if (found == 1 && boundary < start + SECONDS_PER_BLOCK)
		{
			entry->after = (int32) after;
			entry->boundary = (boundary - UNIX_TO_POSTGRES) * USECS_PER_SEC;
			found = pg_next_dst_boundary(&boundary, &ignored_offset, &ignored_flag,
										 &next, &ignored_offset, &ignored_flag, zone);
			if (found != 0 && (found < 0 || next < start + SECONDS_PER_BLOCK))
				entry->irregular = true;
		}
	}
	entry->block = block;
	entry->zone = zone;
}

DateADT
date_from_timestamptz(TimestampTz time, pg_tz *zone)
{
	int64		block;
	OffsetBlock *entry;

	check_finite(time);
	block = clock_floor_div(time, SECONDS_PER_BLOCK * USECS_PER_SEC);
	entry = &offset_blocks[block & (BLOCKS - 1)];
	if (unlikely(entry->block != block || entry->zone != zone))
		fill_block(entry, block, zone);
	if (unlikely(entry->irregular))
	{
		struct pg_tm tm;
		fsec_t		fraction;
		int			offset;

		if (timestamp2tm(time, &offset, &tm, &fraction, NULL, zone) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	}
	return (DateADT) clock_floor_div(time +
									 (time < entry->boundary ? entry->before : entry->after) *
									 USECS_PER_SEC,
									 USECS_PER_DAY);
}

/*
 * A column of prices that is text is easily given in place of an amount, and AT TIME ZONE takes
 * '12', '-7', '5.99' and 'EUR 5' for zones without a name, by the rules of POSIX.  A zone begins
 * with a letter or with <, with a sign only where it has minutes, and is one word.
 */
static bool
reads_as_number(const char *from, Size length)
{
	const char *end = from + length;
	const char *digit = from;
	unsigned char first;

	while (from < end && *from == ' ')
		from++;
	while (from < end && end[-1] == ' ')
		end--;
	while (digit < end && !(*digit >= '0' && *digit <= '9'))
		digit++;
	if (digit == end)
		return false;
	if (memchr(from, ' ', end - from) != NULL)
		return true;
	if (*from == '+' || *from == '-')
		return memchr(from, ':', end - from) == NULL;
	first = pg_ascii_tolower((unsigned char) *from);
	return !(first >= 'a' && first <= 'z') && first != '<' && first != ':';
}

/*
 * A name with a slash cannot be an abbreviation, so it is looked up in the
 * time zone database at once; anything else takes the way of AT TIME ZONE.
 */
DateADT
date_from_timestamptz_at(TimestampTz time, text *zone)
{
	static char last_name[TZ_STRLEN_MAX + 1];
	static pg_tz *last_zone = NULL;
	size_t		length = VARSIZE_ANY_EXHDR(zone);
	const char *name = VARDATA_ANY(zone);

	check_finite(time);
	if (last_zone != NULL && strlen(last_name) == length && memcmp(last_name, name, length) == 0)
		return date_from_timestamptz(time, last_zone);
	if (reads_as_number(name, length))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no time zone but a number", clip_text(zone)),
				 errhint("An amount must be a number: write price::numeric. A time zone has a "
						 "name, such as 'Europe/Berlin'.")));
	if (length <= TZ_STRLEN_MAX && memchr(name, '/', length) != NULL)
	{
		char		copy[TZ_STRLEN_MAX + 1];
		pg_tz	   *found;

		memcpy(copy, name, length);
		copy[length] = '\0';
		found = pg_tzset(copy);
		if (found != NULL)
		{
			strcpy(last_name, copy);
			last_zone = found;
			return date_from_timestamptz(time, found);
		}
	}
	return date_from_timestamp(DatumGetTimestamp(DirectFunctionCall2(timestamptz_zone,
																	 PointerGetDatum(zone),
																	 TimestampTzGetDatum(time))));
}

rt_calendar_unit
calendar_unit_from_text(const text *name)
{
	static const struct
	{
		const char *name;
		rt_calendar_unit unit;
	}			units[] = {{"day", RT_UNIT_DAY},
	{"week", RT_UNIT_WEEK},
	{"month", RT_UNIT_MONTH},
	{"quarter", RT_UNIT_QUARTER},
	{"year", RT_UNIT_YEAR}};
	size_t		length = VARSIZE_ANY_EXHDR(name);

	for (int i = 0; i < RT_CALENDAR_UNITS; i++)
		if (strlen(units[i].name) == length &&
			pg_strncasecmp(units[i].name, VARDATA_ANY(name), length) == 0)
			return units[i].unit;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is no period of the calendar", clip_text(name)),
			 errhint("Use 'day', 'week', 'month', 'quarter' or 'year'.")));
}

int32
calendar_unit_over(rt_calendar_unit unit, DateADT as_of)
{
	if (as_of >= RT_DATE_MAX)
		return rt_unit_number(unit, RT_DATE_MAX);
	return rt_unit_number(unit, as_of + 1) - 1;
}
