/*
 * survival.h
 *		How long a customer was seen, as an argument.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_SURVIVAL_H
#define RETENTION_SURVIVAL_H

#include "pg/compat.h"

/* Not negative and finite, or error 22023 */
extern double get_duration(FunctionCallInfo fcinfo, int argument);

#endif							/* RETENTION_SURVIVAL_H */
