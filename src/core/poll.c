/*
 * poll.c
 *		Asking the surroundings whether to go on.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/poll.h"

void		(*rt_poll_hook) (void) = NULL;
