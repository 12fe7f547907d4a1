/*
 * design.c
 *		The covariates of a regression.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/design.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/assert.h"
#include "core/poll.h"

/* The largest value of each column, in scale */
static void
design_find_largest(rt_design *design)
{
	memset(design->scale, 0, sizeof(design->scale));
	for (size_t i = 0; i < design->count; i++)
	{
		const double *x = design->row(design->rows, i).x;

		rt_poll_each(i);
		for (int j = 0; j < design->used; j++)
			design->scale[j] = fmax(design->scale[j], fabs(x[j]));
	}
}

/* The mean of each column and its deviation, both as parts of the largest value */
static void
design_find_moments(const rt_design *design, double *mean, double *deviation)
{
	double		weights = 0;

	for (int j = 0; j < design->used; j++)
		mean[j] = deviation[j] = 0;
	for (size_t i = 0; i < design->count; i++)
	{
		rt_design_row row = design->row(design->rows, i);
		double		share;

		rt_poll_each(i);
		weights += row.weight;
		share = row.weight / weights;
		for (int j = 0; j < design->used; j++)
			if (design->scale[j] > 0)
				mean[j] += (row.x[j] / design->scale[j] - mean[j]) * share;
	}
	for (size_t i = 0; i < design->count; i++)
	{
		rt_design_row row = design->row(design->rows, i);

		rt_poll_each(i);
		for (int j = 0; j < design->used; j++)
			if (design->scale[j] > 0)
			{
				double		away = row.x[j] / design->scale[j] - mean[j];

				deviation[j] += away * away * row.weight;
			}
	}
	for (int j = 0; j < design->used; j++)
		deviation[j] = deviation[j] > 0 ? sqrt(deviation[j] / weights) : 0;
}

void
rt_design_standardize(rt_design *design, int covariates)
{
	double		mean[RT_COVARIATES_MAX];
	double		deviation[RT_COVARIATES_MAX];

	RT_ASSERT(covariates >= 1 && covariates <= RT_COVARIATES_MAX);
	design->used = covariates;
	design_find_largest(design);
	design_find_moments(design, mean, deviation);
	for (int j = 0; j < covariates; j++)
	{
		double		largest = design->scale[j];

		design->column[j] = j;
		design->mean[j] = mean[j] * largest;
		design->scale[j] = deviation[j] * largest;
		/* the differences are rounding when the values are all but the same */
		if (design->scale[j] < RT_DESIGN_SCALE * largest)
			design->scale[j] = 0;
	}
	for (size_t i = 0; i < design->count; i++)
	{
		double	   *x = design->row(design->rows, i).x;

		rt_poll_each(i);
		for (int j = 0; j < covariates; j++)
			if (design->scale[j] > 0)
			{
				double		away = x[j] - design->mean[j];

				/* of two numbers near the largest there are */
				x[j] = fabs(away) <= DBL_MAX ? away / design->scale[j] :
					(x[j] / 2 - design->mean[j] / 2) / design->scale[j] * 2;
			}
	}
}

void
rt_design_drop(rt_design *design, int j)
{
	size_t		behind = (size_t) (design->used - 1 - j);

	for (size_t i = 0; i < design->count; i++)
	{
		double	   *x = design->row(design->rows, i).x;

		rt_poll_each(i);
		memmove(&x[j], &x[j + 1], behind * sizeof(double));
	}
	memmove(&design->column[j], &design->column[j + 1], behind * sizeof(int));
	design->used--;
}

void
rt_design_drop_constant(rt_design *design)
{
	for (int j = design->used; j-- > 0;)
		if (design->scale[design->column[j]] == 0)
			rt_design_drop(design, j);
}
