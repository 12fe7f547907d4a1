/*
 * gauss_legendre.h
 *		Gauss-Legendre quadrature on [-1, 1] with 16 points, and with 5 for what is smooth and
 *		counts little.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_GAUSS_LEGENDRE_H
#define RT_GAUSS_LEGENDRE_H

#define RT_GAUSS_POINTS 16

extern const double rt_gauss_nodes[RT_GAUSS_POINTS];
extern const double rt_gauss_weights[RT_GAUSS_POINTS];

#define RT_FEW_POINTS 5

extern const double rt_few_nodes[RT_FEW_POINTS];
extern const double rt_few_weights[RT_FEW_POINTS];

#endif							/* RT_GAUSS_LEGENDRE_H */
