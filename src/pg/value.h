/*
 * value.h
 *		What customers spend, from SQL arguments.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_VALUE_H
#define RETENTION_VALUE_H

/* An error that names the value unless x is not negative and both are finite */
extern void check_orders(double x, double mean);

#endif							/* RETENTION_VALUE_H */
