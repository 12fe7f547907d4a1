/*
 * gauss_legendre.h
 *		Gauss-Legendre quadrature on [-1, 1] with 16 points.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_GAUSS_LEGENDRE_H
#define RT_GAUSS_LEGENDRE_H

#define RT_GAUSS_POINTS 16

extern const double rt_gauss_nodes[RT_GAUSS_POINTS];
extern const double rt_gauss_weights[RT_GAUSS_POINTS];

#endif							/* RT_GAUSS_LEGENDRE_H */
