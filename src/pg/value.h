/*
 * value.h
 *		What customers spend, from SQL arguments, and money as SQL has it.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_VALUE_H
#define RETENTION_VALUE_H

#include "pg/compat.h"

/* A numeric with all digits that a double has */
extern Datum money_datum(double value);

/* An error that names the value unless it is not negative and finite */
extern double check_margin(double margin);

/* An error that names the value unless x is not negative and both are finite */
extern void check_orders(double x, double mean);

#endif							/* RETENTION_VALUE_H */
