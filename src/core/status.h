/*
 * status.h
 *		What a core function reports instead of raising an error.
 *
 * The core allocates nothing and throws nothing: the caller gives workspace
 * and turns a status into whatever its surroundings call an error.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_STATUS_H
#define RT_STATUS_H

typedef enum rt_status
{
	RT_OK = 0,
	RT_MALFORMED,				/* the text or the bytes are no valid value */
	RT_OUT_OF_RANGE,			/* a date, a count or an amount does not fit */
	RT_NO_SPACE,				/* the buffer given is too small */
	RT_NOT_CONTAINED			/* to subtract what is not there */
} rt_status;

#endif							/* RT_STATUS_H */
