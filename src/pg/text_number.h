/*
 * text_number.h
 *		Numbers for texts, in the order of their bytes.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_TEXT_NUMBER_H
#define RETENTION_TEXT_NUMBER_H

#include "pg/compat.h"

typedef struct NumberedText
{
	const char *bytes;
	uint32		size;
	uint32		number;			/* from 0 on; equal texts have the same */
	size_t		place;			/* the caller's */
} NumberedText;

/* Sorts them and sets the numbers: how many different ones there are */
extern uint32 number_texts(NumberedText *texts, size_t count);

#endif							/* RETENTION_TEXT_NUMBER_H */
