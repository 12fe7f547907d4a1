/*
 * survival_data.c
 *		The made-up customers of test/data/survival_customers.csv and what R says of them.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "survival_data.h"

#include <stdio.h>

size_t
read_survival_customers(survival_customer *customers)
{
	FILE	   *file = fopen("test/data/survival_customers.csv", "r");
	char		line[200];
	size_t		count = 0;

	while (file != NULL && count < SURVIVAL_CUSTOMERS_MAX &&
		   fgets(line, sizeof(line), file) != NULL)
	{
		survival_customer *c = &customers[count];
		char		group;

		if (sscanf(line, "%19[^,],%lf,%d,%c,%lf,%lf", c->dataset, &c->duration, &c->churned, &group,
				   &c->x[0], &c->x[1]) != 6)
			continue;
		c->group = group - 'a';
		count++;
	}
	if (file != NULL)
		fclose(file);
	return count;
}

size_t
read_survival_values(survival_value *values)
{
	FILE	   *file = fopen("test/data/survival.csv", "r");
	char		line[200];
	size_t		count = 0;

	while (file != NULL && count < SURVIVAL_VALUES_MAX && fgets(line, sizeof(line), file) != NULL)
	{
		survival_value *v = &values[count];

		if (sscanf(line, "%19[^,],%29[^,],%lf,%lf", v->dataset, v->quantity, &v->place,
				   &v->value) == 4)
			count++;
	}
	if (file != NULL)
		fclose(file);
	return count;
}
