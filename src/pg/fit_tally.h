/*
 * fit_tally.h
 *		A state of fit_model of many rows: a tally in an expanded object.
 *
 * It stays the same object while it grows, and only our functions ever touch it.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_FIT_TALLY_H
#define RETENTION_FIT_TALLY_H

#include "pg/fit_state.h"

#include "utils/expandeddatum.h"

/* All of it is in its own context */
typedef struct FitTally
{
	ExpandedObjectHeader object;
	FitHead		head;
	rt_tally   *counts;
	FitSeasonal *seasonal;		/* NULL: there is no season */
	FitBytes   *flat;			/* NULL, or the same as bytes, which is asked for twice or more */
} FitTally;

/* In a context below the current one, with room for so many keys, at least */
extern FitTally *fit_tally_new(const FitHead *head, Size keys);
extern void fit_tally_free(FitTally *tally);

/* NULL where the value is no such object */
extern FitTally *fit_tally_of(Datum value);

/* Before it is changed */
extern void fit_tally_touch(FitTally *tally);

/* May this be a row of such a state?  Its numbers are finite and not below 0. */
extern bool fit_tally_row_valid(const FitHead *head, const rt_fit_row *row);

extern void fit_tally_add(FitTally *tally, const rt_fit_entry *entry);

/* The next entry after *word, which begins at 0; false behind the last one */
extern bool fit_tally_next(const FitTally *tally, uint32 *word, rt_fit_entry *entry);

/* As bytes without room for more, in this context; rows are in order where sorted */
extern FitBytes *fit_tally_bytes(const FitTally *tally, MemoryContext context, bool sorted);

/* What is wrong with a state */
pg_noreturn extern void fit_tally_corrupt(void);
pg_noreturn extern void fit_tally_too_large(void);

#endif							/* RETENTION_FIT_TALLY_H */
