/*
 * limit_test.c
 *		Limits of models: of typed ones by their parameters, of fits to customers who live there.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bases.h"
#include "check.h"
#include "kinds.h"
#include "core/limit.h"

/* All limits, a comma behind each; of a fit or of parameters alone */
static const char *
limits_of(const rt_model *model)
{
	static char text[400];
	const char *names[RT_LIMITS_MAX];
	int			count = rt_model_limits(model, names);

	text[0] = '\0';
	for (int i = 0; i < count; i++)
		strcat(strcat(text, names[i]), ",");
	return text;
}

static rt_model
typed_model(const rt_kind *kind, const double *parameters)
{
	rt_model	model;

	rt_model_init(&model, kind);
	memcpy(model.parameters, parameters, sizeof(model.parameters));
	return model;
}

static const struct
{
	const rt_kind *kind;
	double		parameters[RT_PARAMETERS_MAX];
	const char *limits;
}			typed[] = {

	/* published ones */
	{&rt_bg_nbd_kind, {0.243, 4.414, 0.793, 2.426}, ""},
	{&rt_mbg_nbd_kind, {0.525, 6.183, 0.891, 1.614}, ""},
	{&rt_pareto_nbd_kind, {0.553, 10.578, 0.606, 11.669}, ""},
	{&rt_bg_bb_kind, {1.204, 0.75, 0.657, 2.783}, ""},
	{&rt_gamma_gamma_kind, {6.25, 3.74, 15.44}, ""},
	{&rt_sbg_kind, {0.668, 3.806}, ""},
	{&rt_bdw_kind, {0.259, 1.722, 1.584}, ""},
	{&rt_ggompertz_nbd_kind, {0.9, 5, 0.08, 0.7, 1.2}, ""},
	{&rt_mbg_cnbd_k_kind, {2, 1.3, 2.8, 0.42, 0.8}, ""},
	{&rt_interpurchase_kind, {2, 1.5, 30}, ""},

	/* beyond each of the limits */
	{&rt_bg_nbd_kind, {0.3, 5, 1e-6, 1}, "no dropout,"},
	{&rt_bg_nbd_kind, {10001, 5, 1e6, 1e12}, "no dropout,purchase rates alike,"},
	{&rt_bg_nbd_kind, {1e-4, 5, 10001, 1e5},
	"purchase rates as different as can be,dropout probabilities alike,"},
	{&rt_bg_nbd_kind, {1, 5, 1, 0.9e-3}, "all leave at once,"},
	{&rt_mbg_nbd_kind, {1, 5, 3e-4, 5e-4}, "some leave at once and the others never,"},
	{&rt_mbg_cnbd_k_kind, {100, 1, 5, 0.4, 2}, "k = 100,"},
	{&rt_bg_cnbd_k_kind, {99, 1, 5, 0.4, 2}, ""},
	{&rt_zibg_nbd_kind, {0.5, 6, 0.9, 1.6, 0.6}, ""},
	{&rt_zibg_nbd_kind, {0.5, 6, 0.9, 1.6, 1e-6}, "nobody comes once,"},
	{&rt_zibg_cnbd_k_kind, {100, 1, 5, 0.4, 2, 1e6}, "all come once,k = 100,"},
	{&rt_pareto_nbd_kind, {0.3, 5, 1e-4, 1}, "no dropout,"},
	{&rt_pareto_nbd_kind, {10001, 1e5, 10001, 1e6}, "purchase rates alike,dropout rates alike,"},
	{&rt_pareto_nbd_kind, {1e-4, 1e-3, 0.5, 9}, "purchase rates as different as can be,"},
	{&rt_pareto_nbd_kind, {1, 10, 0.1, 0.9e-4}, "some leave at once,"},
	{&rt_ggompertz_nbd_kind, {1, 10, 1e-4, 0.5, 1e-3}, "no ageing,"},
	{&rt_ggompertz_nbd_kind, {1, 10, 0.1, 0.5, 1.05}, "dropout rates alike,no ageing,"},
	{&rt_ggompertz_nbd_kind, {10001, 1e5, 0.1, 10001, 1e5},
	"purchase rates alike,dropout rates alike,"},
	{&rt_ggompertz_nbd_kind, {1e-4, 1e-3, 5, 0.1, 1e-7},
	"purchase rates as different as can be,no ageing,some leave at once,"},
	{&rt_ggompertz_nbd_kind, {1, 10, 2, 0.1, 2e5}, "nobody leaves before an age,"},
	{&rt_ggompertz_nbd_kind, {1, 10, 1e-9, 0.5, 1.05}, "no dropout,"},
	{&rt_bg_bb_kind, {1, 1, 1e-9, 1}, "no dropout,"},
	{&rt_bg_bb_kind, {10001, 1e5, 10001, 1e5},
	"purchase probabilities alike,dropout probabilities alike,"},
	{&rt_bg_bb_kind, {3e-4, 4e-4, 1, 0.9e-3}, "all buy always or never,all leave at once,"},
	{&rt_bg_bb_kind, {1, 1, 3e-4, 4e-4}, "some leave at once and the others never,"},
	{&rt_gamma_gamma_kind, {10001, 10001, 1},
	"orders of a customer alike,mean order values alike,"},
	{&rt_gamma_gamma_all_kind, {1e-4, 1e-4, 1},
	"orders of a customer as different as can be,mean order values as different as can be,"},
	{&rt_sbg_kind, {10001, 1e5}, "churn probabilities alike,"},
	{&rt_sbg_kind, {2e-4, 7e-4}, "some leave at once and the others never,"},
	{&rt_bdw_kind, {1, 2, 1e-3}, "all who renew once stay,"},
	{&rt_bdw_kind, {1, 2, 100}, "nobody renews twice,"},
	{&rt_interpurchase_kind, {1e4, 1e6, 1}, "intervals of a customer alike,purchase rates alike,"},
	{&rt_interpurchase_kind, {1e-3, 1e-4, 1},
	"intervals of a customer as different as can be,purchase rates as different as can be,"}
};

#define TYPED (sizeof(typed) / sizeof(typed[0]))

static bool
kind_has_limit(const rt_kind *kind, const rt_limit *wanted)
{
	for (const rt_limit *limit = kind->limits; limit->name != NULL; limit++)
	{
		if (limit->reached == wanted->reached)
			return true;
	}
	return false;
}

static bool
limit_is_typed(const rt_limit *limit)
{
	for (size_t i = 0; i < TYPED; i++)
	{
		if (kind_has_limit(typed[i].kind, limit) && strstr(typed[i].limits, limit->name) != NULL)
			return true;
	}
	return false;
}

static void
test_typed(void)
{
	for (size_t i = 0; i < TYPED; i++)
	{
		rt_model	model = typed_model(typed[i].kind, typed[i].parameters);

		CHECK(strcmp(limits_of(&model), typed[i].limits) == 0);
	}

	/* the list has each limit of each kind */
	for (int i = 0; rt_kind_at(i) != NULL; i++)
	{
		for (const rt_limit *limit = rt_kind_at(i)->limits; limit->name != NULL; limit++)
			CHECK(limit_is_typed(limit));
	}
}

/* Whoever knows how sure they are is inside; who knows too little is not */
static void
test_sure(void)
{
	const double parameters[RT_PARAMETERS_MAX] = {0.3, 5, 1e-6, 1};
	rt_model	model = typed_model(&rt_bg_nbd_kind, parameters);

	model.flags = RT_MODEL_FITTED | RT_MODEL_CONVERGED;
	for (int i = 0; i < 4; i++)
		model.covariance[i * (i + 1) / 2 + i] = 99 * parameters[i] * parameters[i];
	CHECK(rt_model_is_sure(&model) && limits_of(&model)[0] == '\0');
	CHECK(rt_model_variance(&model, 1) == 99 * 25);
	model.covariance[2] = 101 * 25;
	CHECK(!rt_model_is_sure(&model) && strcmp(limits_of(&model), "no dropout,") == 0);
	CHECK(isnan(rt_model_variance(&model, 1)) && rt_model_variance(&model, 3) == 99);
	model.covariance[2] = NAN;
	CHECK(!rt_model_is_sure(&model) && strcmp(limits_of(&model), "no dropout,") == 0);
	model.covariance[2] = 25;
	model.flags = RT_MODEL_FITTED;
	CHECK(!rt_model_is_sure(&model) && strcmp(limits_of(&model), "no dropout,") == 0);

	/* a k has no error */
	model = typed_model(&rt_bg_cnbd_k_kind, (const double[]) {2, 0.3, 5, 1, 1, 0});
	model.flags = RT_MODEL_FITTED | RT_MODEL_CONVERGED;
	model.covariance[0] = NAN;
	CHECK(rt_model_is_sure(&model));
}

/* ------------------------------------------------------------------- fits */

/* Customers who live at a limit, and a fit that ends there: in most bases, by its chance */
static const struct
{
	const rt_kind *kind;
	const char *limit;
	rt_base truth;
} simulated[] = {
	{&rt_mbg_nbd_kind, "no dropout,", {&rt_mbg_nbd_kind, {2, 6, 1e-9, 1}}},
	{&rt_bg_nbd_kind, "no dropout,", {&rt_mbg_nbd_kind, {2, 6, 1e-9, 1}}},
	{&rt_pareto_nbd_kind, "no dropout,", {&rt_pareto_nbd_kind, {0.8, 5, 1e-9, 8}}},
	{&rt_bg_bb_kind, "no dropout,", {&rt_bg_bb_kind, {1.2, 0.75, 1e-9, 1}}},
	{&rt_mbg_nbd_kind, "purchase rates alike,", {&rt_mbg_nbd_kind, {1e5, 5e5, 0.6, 2}}},
	{&rt_bg_nbd_kind, "dropout probabilities alike,", {&rt_bg_nbd_kind, {2, 6, 1e4, 6e4}}},
	{&rt_pareto_nbd_kind, "purchase rates alike,", {&rt_pareto_nbd_kind, {1e5, 5e5, 0.6, 8}}},
	{&rt_pareto_nbd_kind, "dropout rates alike,", {&rt_pareto_nbd_kind, {0.8, 5, 1e5, 1e6}}},
	{&rt_ggompertz_nbd_kind, "no ageing,", {&rt_pareto_nbd_kind, {0.8, 5, 0.6, 8}}},
	{&rt_bg_bb_kind, "purchase probabilities alike,", {&rt_bg_bb_kind, {1e5, 1e5, 0.6, 4}}},
	{&rt_mbg_cnbd_k_kind, "k = 100,", {&rt_mbg_cnbd_k_kind, {100, 20, 0.1, 0.4, 2}}}
};

#define SIMULATED (sizeof(simulated) / sizeof(simulated[0]))
#define CUSTOMERS 120
#define BASES 12

static void
test_simulated(void)
{
	static rt_fit_row rows[CUSTOMERS];

	for (size_t i = 0; i < SIMULATED; i++)
	{
		int			there = 0;

		for (int j = 0; j < BASES; j++)
		{
			double		from = simulated[i].truth.kind == &rt_bg_bb_kind ? 4 : 20;
			rt_customers customers = simulate_base(&simulated[i].truth, CUSTOMERS, from, 2 * from,
												   100 * (int64_t) i + j, rows);
			rt_fit		fit = fit_base(simulated[i].kind, 0, &customers);
			rt_model	model = fitted_model(simulated[i].kind, &fit);
			const char *limits = limits_of(&model);

			/* at a limit, or with a covariance */
			CHECK(fit.converged == isfinite(fit.covariance[(RT_PARAMETERS_MAX + 1) *
														   simulated[i].kind->has_whole_k]));
			CHECK(!fit.converged || limits[0] == '\0');
			there += strstr(limits, simulated[i].limit) != NULL;
		}

		/* the likelihood of half of all bases rises toward a limit where the truth is */
		CHECK(there >= BASES / 4);
		if (there < BASES / 4)
			printf("# %s %s: %d of %d\n", simulated[i].kind->name, simulated[i].limit, there,
				   BASES);
	}
}

/* A k that is given is no limit */
static void
test_given_k(void)
{
	static rt_fit_row rows[CUSTOMERS];
	static const rt_base truth = {&rt_mbg_cnbd_k_kind, {100, 4, 0.1, 0.4, 2}};
	rt_customers customers = simulate_base(&truth, CUSTOMERS, 20, 40, 7, rows);
	rt_fit		fit = fit_base(&rt_mbg_cnbd_k_kind, 100, &customers);
	rt_model	model = fitted_model(&rt_mbg_cnbd_k_kind, &fit);

	CHECK(fit.parameters[0] == 100 && fit.converged && limits_of(&model)[0] == '\0');
}

static const check_case limit_cases[] = {
	{"limit: of parameters", test_typed},
	{"limit: none where a fit is sure", test_sure},
	{"limit: of customers who live there", test_simulated},
	{"limit: a k that is given", test_given_k},
	{NULL, NULL}
};

CHECK_CASES(limit);
