/*
 * kinds.h
 *		The kinds of models that tests are about.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef TEST_KINDS_H
#define TEST_KINDS_H

#include "core/customer_base.h"

/* What is stored of them, which never changes */
enum
{
	ID_INTERPURCHASE = 1,
	ID_BG_NBD = 2,
	ID_MBG_NBD = 3,
	ID_BG_CNBD_K = 4,
	ID_MBG_CNBD_K = 5,
	ID_PARETO_NBD = 6,
	ID_SBG = 7,
	ID_BDW = 8,
	ID_GGOMPERTZ_NBD = 9,
	ID_BG_BB = 10,
	ID_GAMMA_GAMMA = 11,
	ID_GAMMA_GAMMA_ALL = 12,
	ID_ZIBG_NBD = 13,
	ID_ZIBG_CNBD_K = 14
};

/*
 * Of the four kinds of this family: k, whether the first purchase may be the last, r, alpha, a, b
 */
static inline rt_base
bg_nbd(int k, bool first_may_be_last, double r, double alpha, double a, double b)
{
	if (k == 1)
		return (rt_base) {first_may_be_last ? &rt_mbg_nbd_kind : &rt_bg_nbd_kind, {r, alpha, a, b}};
	return (rt_base) {first_may_be_last ? &rt_mbg_cnbd_k_kind : &rt_bg_cnbd_k_kind,
						 {k, r, alpha, a, b}};
}

#endif							/* TEST_KINDS_H */
