/*
 * customer_base.h
 *		Customers as models of a customer base see them, from SQL arguments.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_CUSTOMER_BASE_H
#define RETENTION_CUSTOMER_BASE_H

#include "pg/compat.h"

#include "utils/date.h"

#include "core/customer_base.h"
#include "core/history_questions.h"
#include "pg/history.h"

/*
 * From three float8 arguments x, t_x, T; an error that names the value unless they are a customer
 */
extern rt_customer get_customer(FunctionCallInfo fcinfo, int first);

/* An error with the function's name unless the model knows who is still a customer */
extern void check_customer_base(const rt_model *model, const char *function, rt_base *base);

/*
 * An error unless it is a customer of this model: who buys at opportunities has whole numbers of
 * them
 */
extern void check_opportunities(const rt_base *base, const rt_customer *customer);

/*
 * What is known of them at the end of that day, in the model's unit, by its season; false when
 * nothing was bought by then
 */
extern bool customer_of_history(Datum history, DateADT as_of, const rt_model *model,
								const rt_base *base, rt_customer *customer);

/* The same of who has bought by as_of, from that; not for a model of opportunities */
extern rt_customer customer_of_rfm(const rt_model *model, const rt_rfm *rfm, DateADT as_of);

/*
 * An argument that is an interval from the end of as_of on, in the model's unit, by its season, a
 * month being 365.25/12 days.  Of a model of opportunities that are months of the calendar it is
 * whole ones, to the nearest day.
 */
extern double get_horizon(FunctionCallInfo fcinfo, int argument, const rt_model *model,
						  const rt_base *base, DateADT as_of);

/* The same in the average year, whatever the season */
extern double get_mean_horizon(FunctionCallInfo fcinfo, int argument, const rt_model *model,
							   const rt_base *base);

/*
 * An error, with the function's name, for a model with a season: what it says of numbers has no
 * date, which real time needs
 */
extern void check_no_season(const rt_model *model, const char *function);

/* For a model of opportunities: an error unless they are whole numbers, x <= t_x <= T */
extern void check_whole_opportunities(const rt_customer *customer);

/* A customer in opportunities of time_unit days; false when nothing was bought by as_of */
extern bool opportunities_of_history(HistoryBytes history, DateADT as_of, double time_unit,
									 rt_customer *customer);

/*
 * The first day behind their last purchase up to as_of, and not behind as_of, on which their churn
 * score was at least this; false when there is none.  A score is checked to lie between 0 and 1.
 */
extern bool lost_day(Datum history, DateADT as_of, const rt_model *model, double score,
					 DateADT *day);

extern void check_lost_score(double score);

#endif							/* RETENTION_CUSTOMER_BASE_H */
