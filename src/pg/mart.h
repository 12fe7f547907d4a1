/*
 * mart.h
 *		What the functions of a retention mart share.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_PG_MART_H
#define RETENTION_PG_MART_H

#include "fmgr.h"

/* An error unless the schema is that of a mart, whoever owns it */
void		check_mart_exists(const char *schema);

/*
 * Connects to SPI, with a search path of pg_catalog and the extension's own schema and dates in ISO form;
 * returns what mart_end, which ends all of it, wants
 */
int			mart_begin(FunctionCallInfo fcinfo);
void		mart_end(int nest_level);

#endif							/* RETENTION_PG_MART_H */
