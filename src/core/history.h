/*
 * history.h
 *		The purchase history of one customer as a whole: its days, and whether it is one.
 *
 * history_format.h says what its bytes are, history_questions.h has what is
 * asked of it, history_log.h builds one row by row.
 *
 * All functions allocate nothing and keep nothing.  Those that read bytes stop
 * with RT_MALFORMED when these are no history, and never read beyond them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_H
#define RT_HISTORY_H

#include "core/history_days.h"
#include "core/history_format.h"
#include "core/history_reader.h"

/*
 * Days of a history or a log.  Decoding takes room for *count of them and sets it to how many there
 * are; RT_NO_SPACE when there are more.
 */
extern size_t rt_history_count(const uint8_t *bytes, size_t size);
extern rt_status rt_history_days(const uint8_t *bytes, size_t size, rt_day *days, size_t *count);

/* Is this exactly what rt_days_encode makes?  Says what is wrong, and where. */
extern const char *rt_history_check(const uint8_t *bytes, size_t size, size_t *where);

#endif							/* RT_HISTORY_H */
