/*
 * cholesky.c
 *		Symmetric positive definite matrices, and equations with them.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/cholesky.h"
#include "core/poll.h"

#include <float.h>
#include <math.h>

int
rt_cholesky(const double *a, int n, int stride, double smallest, double *l)
{
	for (int j = 0; j < n; j++)
	{
		double		diagonal = a[j * stride + j];
		double		pivot = diagonal;

		rt_poll_each(j < 64 ? 1 : 0);	/* a thousand rows take long */
		for (int k = 0; k < j; k++)
			pivot -= l[j * stride + k] * l[j * stride + k];
		if (!(pivot > smallest * diagonal) || !(pivot > DBL_MIN))
			return j;
		l[j * stride + j] = sqrt(pivot);
		for (int i = j + 1; i < n; i++)
		{
			double		sum = a[i * stride + j];

			for (int k = 0; k < j; k++)
				sum -= l[i * stride + k] * l[j * stride + k];
			l[i * stride + j] = sum / l[j * stride + j];
		}
	}
	return n;
}

void
rt_cholesky_forward(const double *l, int n, int stride, double *x)
{
	for (int i = 0; i < n; i++)
	{
		for (int k = 0; k < i; k++)
			x[i] -= l[i * stride + k] * x[k];
		x[i] /= l[i * stride + i];
	}
}

void
rt_cholesky_backward(const double *l, int n, int stride, double *x)
{
	for (int i = n; i-- > 0;)
	{
		for (int k = i + 1; k < n; k++)
			x[i] -= l[k * stride + i] * x[k];
		x[i] /= l[i * stride + i];
	}
}
