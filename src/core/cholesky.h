/*
 * cholesky.h
 *		Symmetric positive definite matrices, and equations with them.
 *
 * Matrices are in rows, stride apart; only the lower triangle is looked at.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CHOLESKY_H
#define RT_CHOLESKY_H

/*
 * The factor l of a = l l', which may take the place of a.  Returns n, or the first column of which
 * those before it leave no more than the part smallest of its diagonal: a is as good as singular,
 * and l is of no use.
 */
extern int	rt_cholesky(const double *a, int n, int stride, double smallest, double *l);

/* In place: x becomes the solution of l y = x, and of l' y = x */
extern void rt_cholesky_forward(const double *l, int n, int stride, double *x);
extern void rt_cholesky_backward(const double *l, int n, int stride, double *x);

#endif							/* RT_CHOLESKY_H */
