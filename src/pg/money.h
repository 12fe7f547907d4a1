/*
 * money.h
 *		Amounts of money as PostgreSQL's numeric and float8.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_MONEY_H
#define RETENTION_MONEY_H

#include "pg/compat.h"

#include "utils/numeric.h"

#include "core/money.h"

/*
 * To 1/10,000 of the currency unit, rounded half away from zero.  An error when
 * it does not fit.  Returns the sign of the value itself, before rounding.
 */
extern int	money_from_numeric(Datum value, int64 *amount);
extern int	money_from_float8(float8 value, int64 *amount);

/* With two decimals, or four where they are needed */
extern Numeric money_to_numeric(int64 amount);
extern Numeric money_sum_to_numeric(const rt_money_sum *sum);

#endif							/* RETENTION_MONEY_H */
