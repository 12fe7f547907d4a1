/*
 * history_log.h
 *		A history while it is being built: the state of the aggregates.
 *
 * Rows may repeat a date or go back in time; finishing sorts and merges them.
 * A log in strictly ascending order is finished by copying its bytes.
 *
 * A moving frame takes rows away in the order in which it added them, so that
 * removing touches the head only.
 *
 * A log is one block without pointers; the caller owns it, knows its capacity,
 * and gives a larger one when RT_NO_SPACE asks for it.  Sizing: the block
 * starts at 64 bytes, room for about ten typical purchases, and doubles.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_LOG_H
#define RT_HISTORY_LOG_H

#include "core/history_format.h"
#include "core/status.h"

/* Starts a log in a block of at least sizeof(rt_log) bytes */
extern void rt_log_init(rt_log *log);

/*
 * Adds a row, or all days of a finished history or of another log.  RT_NO_SPACE
 * leaves the log as it was: copy it with rt_log_copy_with into a larger block,
 * then try again.
 */
extern rt_status rt_log_append(rt_log *log, size_t capacity, const rt_day *row);
extern rt_status rt_log_append_all(rt_log *log, size_t capacity, const uint8_t *bytes, size_t size);

/* Copies a log, making its format such that row (or a history of that format) can follow */
extern uint8_t rt_log_format_with_row(uint8_t format, const rt_day *row);
extern uint8_t rt_log_format_with(uint8_t format, uint8_t other);
extern rt_status rt_log_copy(rt_log *to, size_t capacity, const rt_log *from, uint8_t format);

/* Takes the oldest row away; RT_NOT_CONTAINED, and no change, when it is not this one */
extern rt_status rt_log_remove(rt_log *log, const rt_day *row);
extern rt_status rt_log_remove_all(rt_log *log, const uint8_t *bytes, size_t size);

/*
 * What does not hold of a log that rows were appended to and removed from, or NULL: its records are
 * days, its flags and last_date say the truth of them.  Of one that was sent by anybody only
 * rt_log_valid is known.
 */
extern const char *rt_log_check(const rt_log *log, size_t capacity);

static inline bool
rt_log_empty(const rt_log *log)
{
	return log->head == log->used;
}

/*
 * The finished bytes, when no sorting is needed: at most
 * log->used - log->head + RT_RECORD_MAX of them.  0: take rt_history_days,
 * rt_days_normalize and rt_days_encode instead.
 */
extern size_t rt_log_finish(const rt_log *log, uint8_t *bytes);

#endif							/* RT_HISTORY_LOG_H */
