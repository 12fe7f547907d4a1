/*
 * kind.h
 *		The kinds of models.
 *
 * A kind is a file that ends in its row, and a line of the table below.  Nothing else
 * knows a kind by its name: what differs between kinds is a slot of the row.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_KIND_H
#define RT_KIND_H

#include <stdbool.h>
#include <stddef.h>

#define RT_PARAMETERS_MAX 6
#define RT_K_MAX 100			/* most regular intervals; messages name it */
#define RT_BASE_TIMES_MAX 10	/* at which it is asked what will be expected, at once */

struct rt_base;
struct rt_customer;
struct rt_fit_row;
struct rt_customers;
struct rt_fit;
struct rt_gamma_gamma;
struct rt_life;
struct rt_outlook;
struct rt_random;

/*
 * A limit of the parameters, where models of a kind become a simpler one: a fit that does not
 * converge may end there
 */
typedef struct rt_limit
{
	const char *name;			/* for the reader: what customers are like there */
	bool		of_dropout;		/* says nothing where nobody leaves */
	bool		(*reached) (const struct rt_base *base);	/* by kind and parameters: as good as */
} rt_limit;

/* What a model is fitted to, and asked about */
typedef enum rt_input
{
	RT_INPUT_INTERVALS,			/* between the purchases of each customer */
	RT_INPUT_RECENCY,			/* x, t_x and age */
	RT_INPUT_OPPORTUNITIES,		/* the same, counted in opportunities to buy */
	RT_INPUT_SPEND,				/* x and the mean value of orders */
	RT_INPUT_AMOUNTS,			/* the amounts of all days, the first one included */
	RT_INPUT_CONTRACTS			/* how often a contract was renewed, and whether it ended */
} rt_input;

/*
 * Of kinds that know who is still a customer; contracts in customer_base.h, of the last two in
 * simulate.h
 */
typedef struct rt_base_functions
{
	double		(*log_likelihood) (const struct rt_base *base, const struct rt_customer *customer,
								   double sum_log);
	double		(*p_alive) (const struct rt_base *base, const struct rt_customer *customer);
	double		(*p_gone) (const struct rt_base *base, const struct rt_customer *customer);
	double		(*log_odds_left) (const struct rt_base *base, const struct rt_customer *customer,
								  double *log_silence);
	double		(*leaving) (const struct rt_base *base);
	void		(*rates) (const struct rt_base *base, double *shape, double *rate); /* NULL: none */
	double		(*p_alive_after) (const struct rt_base *base, const struct rt_customer *customer,
								  double t);

	/*
	 * Of who is still a customer, by so many times in ascending order: the chance that they still
	 * are one; and how often they buy in a unit of time, or, where that is NULL, the purchases
	 * expected.  NULL for kinds that have no season.
	 */
	void		(*staying) (const struct rt_base *base, const struct rt_customer *customer,
							const double *times, int count, double *chances);
	double		(*buying) (const struct rt_base *base, const struct rt_customer *customer);
	void		(*purchases) (const struct rt_base *base, const struct rt_customer *customer,
							  const double *times, int count, double *expected);
	double		(*expected_lifetime) (const struct rt_base *base,
									  const struct rt_customer *customer,
									  double t);
	double		(*expected_purchases) (const struct rt_base *base,
									   const struct rt_customer *customer,
									   double t);
	double		(*discounted_if_alive) (const struct rt_base *base,
										const struct rt_customer *customer,
										double t, double rate);
	double		(*pairs_if_alive) (const struct rt_base *base, const struct rt_customer *customer,
								   double t);	/* NULL with an outlook */
	void		(*p_alive_slopes) (const struct rt_base *base, const struct rt_customer *customer,
								   double *slopes); /* NULL: by differences */
	void		(*phases) (const struct rt_base *base, const struct rt_customer *customer,
						   double *phases, double (*slopes)[RT_K_MAX]); /* NULL: there is one */
	void		(*outlook) (const struct rt_base *base, const struct rt_customer *customer,
							int phase, double t, bool with_slopes,
							struct rt_outlook *outlook);	/* NULL: by differences */
	double		(*purchase_probability) (const struct rt_base *base,
										 const struct rt_customer *customer,
										 double t);
	double		(*purchase_pmf) (const struct rt_base *base, const struct rt_customer *customer,
								 int n,
								 double t);
	void		(*start_life) (const struct rt_base *base, struct rt_random *random,
							   struct rt_life *life);
	void		(*go_on) (const struct rt_base *base, const struct rt_customer *customer,
						  struct rt_random *random, struct rt_life *life);
} rt_base_functions;

/* Of kinds that know what orders are worth */
typedef struct rt_spend_functions
{
	bool		with_first;		/* the first purchase tells, as the others do */
	double		(*expected_value) (const struct rt_gamma_gamma *spend, double x, double mean);
} rt_spend_functions;

/*
 * A part of what customers do that covariates change: they multiply a parameter by exp of what
 * they add up to, so that it means more of it where that is above 0, or by exp of minus that
 */
#define RT_PROCESSES_MAX 2
#define RT_MODEL_COVARIATES_MAX 32	/* messages name it */

typedef struct rt_process
{
	const char *name;
	int			parameter;
	int			sign;			/* 1 or -1 */
} rt_process;

typedef struct rt_kind
{
	int			id;				/* stored: never changes, and is not used again */
	const char *name;
	int			parameter_count;
	const char *parameters[RT_PARAMETERS_MAX];	/* their names; all are above 0 */
	rt_input	input;

	/* For the reader: sentences without a full stop, which the documents take from here */
	const char *customers;		/* what they do, and by whom it was found */
	const char *leaves;			/* where it has a base: when they may leave */
	const char *meaning;		/* of the parameters */

	bool		has_whole_k;	/* the first parameter is k, a whole number up to RT_K_MAX, and may
								 * be given to a fit */
	bool		needs_intervals;	/* the likelihood depends on each of them, not only on x, t_x
									 * and age */

	/* May this be a row of a fit?  Whatever its numbers are */
	bool		(*row_valid) (const struct rt_fit_row *row);

	/*
	 * The most likely model; of kinds that have a k with this one, or for 0 with the best.
	 * workspace: so many bytes for so many rows, aligned for doubles; NULL for none.
	 */
	size_t		(*fit_workspace) (size_t row_count);
	void		(*fit) (const struct rt_kind *kind, int k, const struct rt_customers *customers,
						void *workspace, struct rt_fit *fit);

	/*
	 * Of kinds that take covariates what these change, and the log-likelihood of such rows by
	 * these parameters, with its derivatives by their logarithms, to which they are added.  The
	 * parameters are as logarithms and coordinates of the search have them: see
	 * rt_fit_from_optimum.
	 *
	 * workspace: so many bytes for so many rows, 0 for none, filled by prepare, which is the same
	 * for all parameters; both NULL where nothing of rows is worth remembering.
	 */
	rt_process	processes[RT_PROCESSES_MAX];	/* no more where the name is NULL */
	const double *logarithms;
	double		(*slopes) (const struct rt_customers *customers, const double *parameters,
						   void *workspace, double *slopes);
	size_t		(*slopes_workspace) (size_t row_count);
	void		(*slopes_prepare) (const struct rt_customers *customers, void *workspace);

	const rt_limit *limits;		/* beside that nobody leaves; the last one has no name */

	const rt_base_functions *base;	/* NULL: it does not know who is still a customer */
	const rt_spend_functions *spend;	/* NULL: nor what orders are worth */
} rt_kind;

/* The table: messages name them in this order */
#define RT_KINDS(KIND) \
	KIND(interpurchase) \
	KIND(bg_nbd) \
	KIND(mbg_nbd) \
	KIND(bg_cnbd_k) \
	KIND(mbg_cnbd_k) \
	KIND(zibg_nbd) \
	KIND(zibg_cnbd_k) \
	KIND(pareto_nbd) \
	KIND(ggompertz_nbd) \
	KIND(bg_bb) \
	KIND(gamma_gamma) \
	KIND(gamma_gamma_all) \
	KIND(sbg) \
	KIND(bdw)

#define RT_KIND_DECLARATION(kind) extern const rt_kind rt_##kind##_kind;
RT_KINDS(RT_KIND_DECLARATION)

/* NULL when there is no such kind */
extern const rt_kind *rt_kind_by_id(int id);
extern const rt_kind *rt_kind_by_name(const char *name, size_t length);

/*
 * The same, or such a kind with a number in the place of its k, as in bg/cnbd-2; k is 0 when none
 * is given
 */
extern const rt_kind *rt_kind_to_fit(const char *name, size_t length, int *k);

/* How many processes covariates change; 0: they don't */
extern int	rt_kind_process_count(const rt_kind *kind);

/* All kinds, for messages: i from 0 on, NULL at the end */
extern const rt_kind *rt_kind_at(int i);

/* In a word */
extern const char *rt_input_name(rt_input input);

/* Its place among the parameters; -1 when there is no such parameter */
extern int	rt_kind_parameter_index(const rt_kind *kind, const char *name, size_t length);

#endif							/* RT_KIND_H */
