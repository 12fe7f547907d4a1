/*
 * kind_test.c
 *		The table of the kinds of models: every kind fills every slot that it needs.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "check.h"
#include "kinds.h"

static void
test_slots(void)
{
	const rt_kind *kind;

	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
	{
		const rt_base_functions *base = kind->base;

		CHECK(kind->id > 0 && kind->id < 256 && rt_kind_by_id(kind->id) == kind);
		CHECK(rt_kind_by_name(kind->name, strlen(kind->name)) == kind);
		CHECK(kind->parameter_count > 0 && kind->parameter_count <= RT_PARAMETERS_MAX);
		for (int j = 0; j < RT_PARAMETERS_MAX; j++)
		{
			CHECK((kind->parameters[j] != NULL) == (j < kind->parameter_count));
			if (j < kind->parameter_count)
				CHECK(rt_kind_parameter_index(kind, kind->parameters[j],
											  strlen(kind->parameters[j])) == j);
		}
		CHECK(!kind->has_whole_k || strcmp(kind->parameters[0], "k") == 0);
		CHECK(kind->row_valid != NULL && kind->fit != NULL && kind->limits != NULL);
		CHECK(kind->customers != NULL && kind->meaning != NULL);
		CHECK((kind->leaves != NULL) == (base != NULL));
		CHECK((kind->spend != NULL) ==
			  (kind->input == RT_INPUT_SPEND || kind->input == RT_INPUT_AMOUNTS));
		CHECK(kind->spend == NULL || kind->spend->expected_value != NULL);

		/* who knows who buys when knows who is still a customer */
		CHECK((base != NULL) ==
			  (kind->input == RT_INPUT_RECENCY || kind->input == RT_INPUT_OPPORTUNITIES));
		if (base != NULL)
			CHECK(base->log_likelihood != NULL && base->p_alive != NULL && base->p_gone != NULL &&
				  base->log_odds_left != NULL && base->leaving != NULL &&
				  base->p_alive_after != NULL && base->expected_lifetime != NULL &&
				  base->expected_purchases != NULL && base->discounted_if_alive != NULL &&
				  base->purchase_probability != NULL && base->purchase_pmf != NULL &&
				  base->start_life != NULL && base->go_on != NULL);

		/* phases are told apart where there are some, and then the outlook is from each of them */
		if (base != NULL)
			CHECK((base->outlook != NULL) != (base->pairs_if_alive != NULL) &&
				  (!kind->has_whole_k || base->phases != NULL) &&
				  (base->phases == NULL || base->outlook != NULL));
	}
	CHECK(rt_kind_by_id(0) == NULL && rt_kind_by_name("bg/nbd ", 7) == NULL);
}

static void
test_stored(void)
{
	static const struct
	{
		int			id;
		const rt_kind *kind;
	}			stored[] = {{ID_INTERPURCHASE, &rt_interpurchase_kind},
	{ID_BG_NBD, &rt_bg_nbd_kind},
	{ID_MBG_NBD, &rt_mbg_nbd_kind},
	{ID_BG_CNBD_K, &rt_bg_cnbd_k_kind},
	{ID_MBG_CNBD_K, &rt_mbg_cnbd_k_kind},
	{ID_PARETO_NBD, &rt_pareto_nbd_kind},
	{ID_SBG, &rt_sbg_kind},
	{ID_BDW, &rt_bdw_kind},
	{ID_GGOMPERTZ_NBD, &rt_ggompertz_nbd_kind},
	{ID_BG_BB, &rt_bg_bb_kind},
	{ID_GAMMA_GAMMA, &rt_gamma_gamma_kind},
	{ID_GAMMA_GAMMA_ALL, &rt_gamma_gamma_all_kind},
	{ID_ZIBG_NBD, &rt_zibg_nbd_kind},
	{ID_ZIBG_CNBD_K, &rt_zibg_cnbd_k_kind}};

	for (size_t i = 0; i < sizeof(stored) / sizeof(stored[0]); i++)
		CHECK(rt_kind_by_id(stored[i].id) == stored[i].kind);
}

static void
test_names(void)
{
	int			k = -1;

	CHECK(rt_kind_to_fit("bg/cnbd-2", 9, &k) == &rt_bg_cnbd_k_kind && k == 2);
	CHECK(rt_kind_to_fit("mbg/cnbd-100", 12, &k) == &rt_mbg_cnbd_k_kind && k == 100);
	CHECK(rt_kind_to_fit("zibg/cnbd-12", 12, &k) == &rt_zibg_cnbd_k_kind && k == 12);
	CHECK(rt_kind_to_fit("bg/cnbd-k", 9, &k) == &rt_bg_cnbd_k_kind && k == 0);
	CHECK(rt_kind_to_fit("bg/cnbd-101", 11, &k) == NULL);
	CHECK(rt_kind_to_fit("bg/cnbd-02", 10, &k) == NULL);
	CHECK(rt_kind_to_fit("bg/nbd-2", 8, &k) == NULL);
}

static const check_case kind_cases[] = {
	{"kind: every slot", test_slots},
	{"kind: the numbers that are stored", test_stored},
	{"kind: names, with and without k", test_names},
	{NULL, NULL}
};

CHECK_CASES(kind);
