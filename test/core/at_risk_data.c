/*
 * at_risk_data.c
 *		The made-up customers of test/data/at_risk_customers.csv and what R says of them.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "at_risk_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

size_t
read_at_risk_customers(at_risk_customer *customers)
{
	FILE	   *file = fopen("test/data/at_risk_customers.csv", "r");
	char		line[200];
	size_t		count = 0;

	while (file != NULL && count < AT_RISK_CUSTOMERS_MAX &&
		   fgets(line, sizeof(line), file) != NULL)
	{
		at_risk_customer *c = &customers[count];
		char		group;
		char		stratum[8];

		if (sscanf(line, "%19[^,],%lf,%lf,%d,%c,%7[^,],%lf,%lf,%lf,%lf", c->dataset, &c->entry,
				   &c->duration, &c->churned, &group, stratum, &c->weight, &c->x[0], &c->x[1],
				   &c->score) != 10)
			continue;
		c->group = group - 'a';
		/* A to D, or pairs P1 to P30 */
		c->stratum = stratum[0] == 'P' ? atoi(stratum + 1) : stratum[0] - 'A';
		count++;
	}
	if (file != NULL)
		fclose(file);
	return count;
}

size_t
read_at_risk_values(at_risk_value *values)
{
	FILE	   *file = fopen("test/data/at_risk.csv", "r");
	char		line[200];
	size_t		count = 0;

	while (file != NULL && count < AT_RISK_VALUES_MAX && fgets(line, sizeof(line), file) != NULL)
	{
		at_risk_value *v = &values[count];

		if (sscanf(line, "%19[^,],%29[^,],%lf,%lf", v->dataset, v->quantity, &v->place,
				   &v->value) == 4)
			count++;
	}
	if (file != NULL)
		fclose(file);
	return count;
}

int
at_risk_near(const at_risk_value *expected, double found, double tolerance)
{
	if (isnan(expected->value) ?
		isnan(found) :
		fabs(found - expected->value) <= tolerance * fmax(1, fabs(expected->value)))
		return 1;
	printf("# %s %s %g: expected %.17g, found %.17g\n", expected->dataset, expected->quantity,
		   expected->place, expected->value, found);
	return 0;
}
