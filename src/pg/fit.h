/*
 * fit.h
 *		From rows of customers to a model.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_FIT_H
#define RETENTION_FIT_H

#include "pg/fit_state.h"

#include "core/model.h"

/*
 * The model that fit_model has of these rows, in ascending order, valid and no two alike: of a kind
 * that is not fitted to intervals alone.  With a season they are in operational days, and
 * log_factors is the sum of the logarithms of the factors of all repeat purchase days.  Too little
 * data is an error, a fit that did not converge is none.  May change the rows.
 */
extern void fit_rows(const FitHead *head, const rt_season *season, double log_factors,
					 rt_fit_row *rows, size_t row_count, rt_model *model);

/* The parts of it: an error for too little data, else how many customers bought again */
extern double fit_check_enough(const FitHead *head, rt_fit_row *rows, size_t row_count);

/* What there is to say of a fit, which is then checked */
extern void fit_fill_model(const FitHead *head, const rt_season *season, double log_factors,
						   const rt_customers *customers, const rt_fit *fit, double observations,
						   rt_model *model);
extern void fit_check_model(const rt_model *model);

/* Warnings and notices: it did not converge, or there is no mean */
extern void fit_report(const rt_model *model);

#endif							/* RETENTION_FIT_H */
