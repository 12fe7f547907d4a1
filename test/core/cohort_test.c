/*
 * cohort_test.c
 *		Periods of the calendar, cohorts and lifecycles against plain counting.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/calendar.h"
#include "core/cohort.h"

/*
 * Every day of 400 years, and the ends of time: a period begins with its first day, the next day is
 * in it or in the next one
 */
static void
test_periods(void)
{
	for (int unit = 0; unit < RT_CALENDAR_UNITS; unit++)
		for (int32_t date = -100000; date < 46098; date++)
		{
			int32_t		number = rt_unit_number((rt_calendar_unit) unit, date);
			int32_t		next = rt_unit_number((rt_calendar_unit) unit, date + 1);
			int32_t		start = rt_unit_start((rt_calendar_unit) unit, number);
			int			month,
						day;
			int32_t		year;

			CHECK(start <= date && rt_unit_number((rt_calendar_unit) unit, start) == number);
			CHECK(next == number ||
				  (next == number + 1 && rt_unit_start((rt_calendar_unit) unit, next) == date + 1));
			rt_date_to_ymd(start, &year, &month, &day);
			CHECK(unit < RT_UNIT_MONTH || day == 1);
			CHECK(unit != RT_UNIT_QUARTER || month % 3 == 1);
			CHECK(unit != RT_UNIT_YEAR || month == 1);
			/* 2024-01-01 was a Monday */
			CHECK(unit != RT_UNIT_WEEK || (start - 8766) % 7 == 0);
		}
	for (int unit = 0; unit < RT_CALENDAR_UNITS; unit++)
	{
		int32_t		last = rt_unit_number((rt_calendar_unit) unit, RT_DATE_MAX);
		int32_t		first = rt_unit_number((rt_calendar_unit) unit, RT_DATE_MIN);

		CHECK(rt_unit_start((rt_calendar_unit) unit, last) <= RT_DATE_MAX);
		CHECK(rt_unit_start((rt_calendar_unit) unit, (int64_t) last + 1) == RT_DATE_MAX);
		CHECK(rt_unit_start((rt_calendar_unit) unit, first) >= RT_DATE_MIN);
		CHECK(rt_unit_start((rt_calendar_unit) unit, INT64_C(-3000000000)) == RT_DATE_MIN);
		CHECK(rt_unit_start((rt_calendar_unit) unit, INT64_C(3000000000)) == RT_DATE_MAX);
	}
}

#define CUSTOMERS 40
#define PERIODS 12

/* A handful of customers as bits: the triangle by counting them again for each cell */
static void
test_triangle(void)
{
	for (int run = 0; run < 3000; run++)
	{
		bool		active[CUSTOMERS][PERIODS];
		int			customers = (int) random_between(1, CUSTOMERS);
		int			periods = (int) random_between(1, PERIODS);
		int32_t		last_period = (int32_t) random_between(-1, periods);
		int32_t		limit = random_between(0, 1) ? (int32_t) random_between(0, PERIODS) :
			INT32_MAX - 1;
		rt_cohort_cell cells[CUSTOMERS * PERIODS];
		size_t		cell_count = 0;
		size_t		row_count;
		rt_cohort_row rows[PERIODS * (PERIODS + 1)];
		rt_cohort_row curve[PERIODS + 1];
		size_t		row = 0;
		size_t		curve_count;
		int32_t		longest = -1;

		for (int c = 0; c < customers; c++)
			for (int p = 0; p < PERIODS; p++)
				active[c][p] = p < periods && random_between(0, 3) == 0;
		for (int32_t cohort = 0; cohort < periods; cohort++)
			for (int32_t p = 0; p < periods - cohort; p++)
			{
				int32_t		cell_period = p > limit ? limit + 1 : p;
				rt_cohort_cell cell = {cohort, cell_period, 0, 0, 0, 0, {0, 0}};

				for (int c = 0; c < customers; c++)
				{
					int			first = 0;
					int			last = PERIODS - 1;

					while (first < PERIODS && !active[c][first])
						first++;
					while (last >= 0 && !active[c][last])
						last--;
					if (first != cohort || !active[c][cohort + p])
						continue;
					cell.active++;
					cell.orders += 2;
					cell.last += last == cohort + p;
				}
				if (cell.active == 0)
					continue;
				if (cell_count > 0 &&
					rt_cohort_cell_compare(&cells[cell_count - 1], &cell, NULL) == 0)
				{
					cells[cell_count - 1].last += cell.last;
					continue;
				}
				cells[cell_count++] = cell;
			}
		row_count = rt_cohort_rows(cells, cell_count, last_period, limit, NULL);
		CHECK(row_count == rt_cohort_rows(cells, cell_count, last_period, limit, rows));
		for (int32_t cohort = 0; cohort < periods; cohort++)
		{
			int			size = 0;

			for (int c = 0; c < customers; c++)
			{
				int			first = 0;

				while (first < PERIODS && !active[c][first])
					first++;
				size += first == cohort;
			}
			for (int32_t p = 0; size > 0 && cohort + p <= last_period && p <= limit; p++)
			{
				int			here = 0;
				int			since = 0;

				for (int c = 0; c < customers; c++)
				{
					int			first = 0;
					bool		later = false;

					while (first < PERIODS && !active[c][first])
						first++;
					if (first != cohort)
						continue;
					here += cohort + p < PERIODS && active[c][cohort + p];
					for (int q = cohort + p; q < PERIODS; q++)
						later = later || active[c][q];
					since += later;
				}
				CHECK(row < row_count);
				if (row >= row_count)
					break;
				CHECK(rows[row].cohort == cohort && rows[row].period == p &&
					  rows[row].eligible == size);
				CHECK(rows[row].active == here && rows[row].active_since == since &&
					  rows[row].orders == 2 * here);
				longest = p > longest ? p : longest;
				row++;
			}
		}
		CHECK(row == row_count);
		curve_count = rt_cohort_curve(rows, row_count, curve);
		CHECK(curve_count == (size_t) (longest + 1));
		for (size_t p = 0; p < curve_count; p++)
		{
			int64_t		eligible = 0;
			int64_t		here = 0;

			for (size_t i = 0; i < row_count; i++)
				if (rows[i].period == (int32_t) p)
				{
					eligible += rows[i].eligible;
					here += rows[i].active;
				}
			CHECK(curve[p].period == (int32_t) p && curve[p].eligible == eligible &&
				  curve[p].active == here);
		}
	}
}

static const check_case cohort_cases[] = {
	{"cohort: periods of the calendar follow each other", test_periods},
	{"cohort: the triangle and the curve are what counting gives", test_triangle},
	{NULL, NULL}
};

CHECK_CASES(cohort);
