/*
 * history.h
 *		The type purchase_history inside PostgreSQL.
 *
 * A value is a varlena whose content is what core/history.h describes, or, as
 * the state of an aggregate, what core/history_log.h describes.  Only these
 * functions look into the varlena; all others work on HistoryBytes.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_HISTORY_H
#define RETENTION_HISTORY_H

#include "pg/compat.h"

#include "core/history.h"
#include "core/history_questions.h"

typedef struct HistoryBytes
{
	const uint8 *bytes;
	Size		size;
} HistoryBytes;

/* Days in palloc'd memory of the current context */
typedef struct HistoryDays
{
	rt_day	   *days;
	size_t		count;
} HistoryDays;

/*
 * The bytes of a value, or of an aggregate's state finished first; valid as
 * long as the value and the current memory context are.  A state without
 * purchases has size 0.
 */
extern HistoryBytes history_bytes(Datum value);
extern HistoryDays history_days(HistoryBytes history);

/* The purchase dates up to as_of: in room where they fit, else in palloc'd memory */
extern int32 *history_dates(HistoryBytes history, int32 as_of, int32 *room, size_t room_count,
							size_t *count);

/* The purchases of each period up to as_of: in room where they fit, else in palloc'd memory */
#define PERIODS_ON_STACK 64
extern rt_period_purchases *history_periods(HistoryBytes history, int32 as_of,
											rt_calendar_unit unit, rt_period_purchases *room,
											size_t room_count, size_t *count);

/*
 * Sorts and merges in place.  A day out of range is an error, or a status; with
 * a status other than RT_OK the days are of no use any more.
 */
extern void history_days_normalize(HistoryDays *days);
extern rt_status history_days_normalize_status(HistoryDays *days, int32 *bad_date);

/* A new value in the current context; NULL when there are no days */
extern struct varlena *history_from_days(const HistoryDays *days);
extern struct varlena *history_from_bytes(HistoryBytes history);

#define PG_RETURN_HISTORY_OR_NULL(p) \
	do { \
		struct varlena *history_ = (p); \
		if (history_ == NULL) \
			PG_RETURN_NULL(); \
		PG_RETURN_POINTER(history_); \
	} while (0)

/* Money of a day is known once an order, or a refund, of known amount is there */
static inline bool
history_amount_known(const rt_day *day)
{
	return day->orders != day->unknown || day->money != 0;
}

#endif							/* RETENTION_HISTORY_H */
