/*
 * model_bytes.h
 *		A model as it is stored.
 *
 * Version 2 is four bytes - version, id of the kind, flags, number of parameters - and words of 8
 * bytes: the parameters; of a fitted model its log-likelihood, the number of observations and the
 * covariances; then what only some models have, each as a word that holds a tag and the number of
 * words that follow, in ascending order of the tags.  What is as usual, such as a time unit of one
 * day, is left out, so that equal models are equal bytes.  Words may lie at any address.
 *
 * What a later version adds is a tag, with a reader of models without it; a tag that is not known
 * is an error, as what it says would be lost.  Tags and versions are never given to anything else.
 *
 * Version 1, of release 0.1.0, is 292 bytes, four of them zero in the place of the version.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_MODEL_BYTES_H
#define RT_MODEL_BYTES_H

#include "core/model.h"
#include "core/season_bytes.h"

#define RT_MODEL_BYTES_VERSION	2
#define RT_MODEL_BYTES_HEAD		4

/* Of two or three words each: unit, weight, k of customers, spend, date; then what it points to */
#define RT_MODEL_WORDS_MAX \
	(RT_PARAMETERS_MAX + 2 + RT_COVARIANCES_MAX + 12 + 1 + RT_SEASON_WORDS_MAX + \
	 1 + RT_COVARIATES_WORDS_MAX)
#define RT_MODEL_BYTES_MAX		(RT_MODEL_BYTES_HEAD + 8 * RT_MODEL_WORDS_MAX)

/* Room for a valid model: RT_MODEL_BYTES_MAX at most */
extern size_t rt_model_size(const rt_model *model);

/* Into that much room; returns how many bytes it took */
extern size_t rt_model_encode(const rt_model *model, uint8_t *bytes);

/*
 * Whatever the bytes are: NULL and a valid model, or what is wrong with them.  They are of a later
 * release where that is rt_model_is_later.  What the model points to is written to room.
 */
typedef struct rt_model_room
{
	rt_season	season;
	rt_covariates covariates;
} rt_model_room;

extern const char *rt_model_decode(const uint8_t *bytes, size_t size, rt_model *model,
								   rt_model_room *room);
extern const char rt_model_is_later[];

#endif							/* RT_MODEL_BYTES_H */
