/*
 * design.h
 *		The covariates of a regression: numbers of each customer, in columns that are standardized,
 *		and left out where they say nothing.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_DESIGN_H
#define RT_DESIGN_H

#include <stddef.h>

#define RT_COVARIATES_MAX 64

/* A deviation of some hundred roundings of the largest value */
#define RT_DESIGN_SCALE		1e-13

typedef enum rt_coefficient_status
{
	RT_COEFFICIENT_KNOWN,
	RT_COEFFICIENT_REDUNDANT,	/* the same for all, or a combination of those before: left out */
	RT_COEFFICIENT_INFINITE		/* the likelihood rises without end; the sign is that of the
								 * coefficient */
} rt_coefficient_status;

/* The covariates of some who are alike, and how many they are */
typedef struct rt_design_row
{
	double	   *x;
	double		weight;
} rt_design_row;

typedef struct rt_design
{
	void	   *rows;
	size_t		count;
	rt_design_row (*row) (void *rows, size_t i);
	int			used;			/* columns, moved to the front of each row's x */
	int			column[RT_COVARIATES_MAX];	/* the covariate of each one used */
	double		mean[RT_COVARIATES_MAX];	/* of each covariate */
	double		scale[RT_COVARIATES_MAX];
} rt_design;

/*
 * Makes mean 0 and standard deviation 1 of each of so many columns, the deviation being that of
 * these rows (dividing by their number); what is the same for everybody has scale 0 and stays as it
 * is
 */
extern void rt_design_standardize(rt_design *design, int covariates);

/* Takes column j of those used out of all rows, and all that are the same for everybody */
extern void rt_design_drop(rt_design *design, int j);
extern void rt_design_drop_constant(rt_design *design);

#endif							/* RT_DESIGN_H */
