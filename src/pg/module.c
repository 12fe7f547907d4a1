/*
 * module.c
 *		The module's magic block, and what is set when it is loaded.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "miscadmin.h"

#include "core/poll.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

static void
check_for_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

void
_PG_init(void)
{
	rt_poll_hook = check_for_interrupts;
}
