/*
 * assert.h
 *		What must be so, checked where assertions are: in the core's tests, and in a server that was
 *		built with its own.
 *
 * Only what follows from the code itself, or from arguments that their callers have checked: a
 * damaged state is an error, and never a failed assertion.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_ASSERT_H
#define RT_ASSERT_H

#ifdef RT_ASSERTIONS
#include <assert.h>
#define RT_ASSERT(condition) assert(condition)
#else
#define RT_ASSERT(condition) ((void) 0)
#endif

#endif							/* RT_ASSERT_H */
