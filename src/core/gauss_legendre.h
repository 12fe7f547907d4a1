/*
 * gauss_legendre.h
 *		Gauss-Legendre quadrature on [-1, 1] with 16 points, and with 5, 3 or 2 for what is smooth,
 *		or counts little.
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

extern const double rt_three_nodes[3];
extern const double rt_three_weights[3];

/* Of two points, whose weights are 1 */
#define RT_TWO_NODE 0.57735026918962576451
extern const double rt_two_nodes[2];
extern const double rt_two_weights[2];

#endif							/* RT_GAUSS_LEGENDRE_H */
