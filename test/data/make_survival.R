# Reference values of survival curves, the log-rank test and proportional hazards, by R's package survival:
#
#	Rscript test/data/make_survival.R        writes survival_customers.csv and survival.csv beside itself
#
# The customers are made up here, with ties, left-over censoring, and what breaks an implementation.
library(survival)
stopifnot(packageVersion("survival") >= "3.4")
options(warn = -1)
set.seed(20260630, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))

made <- function(name, duration, churned, group, x1, x2)
	data.frame(dataset = name, duration = duration, churned = as.integer(churned), group = group, x1 = x1, x2 = x2)

# exponential durations that x1, x2 and the group change, seen until some time
drawn <- function(name, n, groups, seen, unit, beta = c(0.7, -0.4)) {
	group <- sample(letters[seq_len(groups)], n, TRUE)
	x1 <- rbinom(n, 1, 0.4)
	x2 <- round(rnorm(n), 2)
	leaves <- rexp(n, exp(beta[1] * x1 + beta[2] * x2 + 0.3 * (group == "a")) / 5)
	until <- runif(n, seen / 4, seen)
	duration <- if (unit > 0) ceiling(pmin(leaves, until) / unit) * unit else pmin(leaves, until)
	made(name, duration, leaves <= until, group, x1, x2)
}

customers <- list(
	drawn("ties", 60, 2, 10, 1),
	drawn("no_ties", 40, 2, 10, 0),
	drawn("months", 1000, 3, 36, 1),
	drawn("many_groups", 300, 6, 12, 0.5),
	local({ d <- drawn("left_over", 50, 2, 8, 1); d$churned[d$duration >= 4] <- 0L; d }),
	local({ d <- drawn("extinct", 30, 2, 20, 1); d$churned[d$duration == max(d$duration)] <- 1L; d }),
	local({ d <- drawn("all_censored", 12, 2, 5, 1); d$churned <- 0L; d }),
	local({ d <- drawn("single_event", 15, 2, 6, 1); d$churned <- as.integer(seq_len(nrow(d)) == 4); d }),
	local({ d <- drawn("one_time", 20, 2, 6, 1); d$duration <- 3; d }),
	local({ d <- drawn("far_scales", 80, 2, 10, 0); d$x2 <- d$x2 * 1e6 + 1e9; d }),
	local({ d <- drawn("half_at_a_time", 8, 1, 6, 1); d$duration <- 1:8; d$churned <- 1L; d }),
	# the same numbers, some a rounding error off, and a chain of them
	local({ d <- drawn("rounding", 80, 2, 4, 0.1); n <- round(10 * d$duration); d$duration <- ifelse(seq_along(n) %% 3 == 0, n / 10, ifelse(seq_along(n) %% 3 == 1, (n + 7) / 10 - 0.7, n * 0.1)); d }),
	local({ d <- drawn("chain", 30, 2, 4, 1); d$duration <- d$duration + 1e-8 * (seq_len(nrow(d)) - 1); d }))
customers <- do.call(rbind, customers)

rows <- list()
put <- function(dataset, quantity, place, value)
	rows[[length(rows) + 1]] <<- data.frame(dataset = dataset, quantity = quantity, place = place, value = as.numeric(value))

for (name in unique(customers$dataset)) {
	d <- customers[customers$dataset == name, ]
	fit <- survfit(Surv(duration, churned) ~ 1, d, conf.type = "log-log")
	for (i in seq_along(fit$time)) {
		put(name, "time", i, fit$time[i])
		put(name, "at_risk", i, fit$n.risk[i])
		put(name, "events", i, fit$n.event[i])
		put(name, "survival", i, fit$surv[i])
		if (fit$surv[i] > 0) {
			put(name, "std_error", i, fit$surv[i] * fit$std.err[i])
			put(name, "lower", i, fit$lower[i])
			put(name, "upper", i, fit$upper[i])
		}
	}
	put(name, "median", 1, unname(quantile(fit, 0.5, conf.int = FALSE)))
	for (horizon in unique(round(max(fit$time) * c(0.3, 0.77, 1), 2))) {
		if (horizon > max(fit$time)) next
		mean <- survival:::survmean(fit, rmean = horizon)$matrix
		put(name, "restricted_mean", horizon, mean["rmean"])
		put(name, "restricted_mean_std_error", horizon, mean["se(rmean)"])
		put(name, "survival_at", horizon, summary(fit, times = horizon)$surv)
	}
	if (length(unique(d$group)) > 1 && any(d$churned == 1)) {
		test <- survdiff(Surv(duration, churned) ~ group, d)
		put(name, "log_rank_chi_square", 1, test$chisq)
		put(name, "log_rank_p_value", 1, pchisq(test$chisq, length(test$n) - 1, lower.tail = FALSE))
		for (i in seq_along(test$exp)) {
			put(name, "log_rank_observed", i, test$obs[i])
			put(name, "log_rank_expected", i, test$exp[i])
		}
	}
	if (name %in% c("ties", "no_ties", "months", "many_groups", "left_over", "extinct", "far_scales", "rounding", "chain"))
		for (ties in c("efron", "breslow")) {
			cox <- coxph(Surv(duration, churned) ~ x1 + x2, d, ties = ties, control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
			for (i in 1:2) {
				put(name, paste0(ties, "_coefficient"), i, coef(cox)[i])
				put(name, paste0(ties, "_std_error"), i, sqrt(vcov(cox)[i, i]))
			}
			put(name, paste0(ties, "_null_log_likelihood"), 1, cox$loglik[1])
			put(name, paste0(ties, "_log_likelihood"), 1, cox$loglik[2])
		}
}
text <- function(x) ifelse(is.na(x), "NaN", formatC(x, digits = 17, format = "g", width = 1))
rows <- do.call(rbind, rows)
rows$value <- text(rows$value)
customers$duration <- text(customers$duration)
write.csv(customers, file.path(here, "survival_customers.csv"), row.names = FALSE, quote = FALSE)
write.csv(rows, file.path(here, "survival.csv"), row.names = FALSE, quote = FALSE)
