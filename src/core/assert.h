/*
 * assert.h
 *		What must hold of a state, looked at while testing only.
 *
 * RT_ASSERT is for what the core itself has made so: bytes, arguments and states that may come from
 * anybody are checked always, with a status.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_ASSERT_H
#define RT_ASSERT_H

#ifdef RT_ASSERTIONS
#include <assert.h>

#define RT_ASSERT(condition) assert(condition)
#else
#define RT_ASSERT(condition) ((void) (0 && (condition)))
#endif

#endif							/* RT_ASSERT_H */
