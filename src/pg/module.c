/*
 * module.c
 *		The module's magic block.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

PG_MODULE_MAGIC;
