/*
 * at_risk_data.h
 *		The made-up customers of test/data/at_risk_customers.csv and what R says of them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef AT_RISK_DATA_H
#define AT_RISK_DATA_H

#include <stddef.h>

#define AT_RISK_CUSTOMERS_MAX 1000
#define AT_RISK_VALUES_MAX 4000

typedef struct at_risk_customer
{
	char		dataset[20];
	double		entry;
	double		duration;
	int			churned;
	int			group;
	int			stratum;
	double		weight;
	double		x[2];
	double		score;
} at_risk_customer;

typedef struct at_risk_value
{
	char		dataset[20];
	char		quantity[30];
	double		place;
	double		value;
} at_risk_value;

/* Both give the number of rows, 0 when the file is missing */
extern size_t read_at_risk_customers(at_risk_customer *customers);
extern size_t read_at_risk_values(at_risk_value *values);

/* Near enough to what R says?  It says so if not. */
extern int at_risk_near(const at_risk_value *expected, double found, double tolerance);

#endif							/* AT_RISK_DATA_H */
