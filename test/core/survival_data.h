/*
 * survival_data.h
 *		The made-up customers of test/data/survival_customers.csv and what R says of them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef SURVIVAL_DATA_H
#define SURVIVAL_DATA_H

#include <stddef.h>

#define SURVIVAL_CUSTOMERS_MAX 2000
#define SURVIVAL_VALUES_MAX 3000

typedef struct survival_customer
{
	char dataset[20];
	double		duration;
	int			churned;
	int			group;
	double		x[2];
} survival_customer;

typedef struct survival_value
{
	char dataset[20];
	char		quantity[30];
	double		place;
	double		value;
} survival_value;

/* Both give the number of rows, 0 when the file is missing */
extern size_t read_survival_customers(survival_customer *customers);
extern size_t read_survival_values(survival_value *values);

#endif							/* SURVIVAL_DATA_H */
