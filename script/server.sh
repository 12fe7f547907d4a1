# Sourced by sql/demo/run, test/run and test/bench/run: finds or installs
# PostgreSQL, builds the extension, and runs a private throw-away server.
#
# Everything happens in one new directory below /tmp, which is removed at the
# end: the checkout stays as it is, and no other server is touched (Unix socket
# only, own data directory).
#
#	make_work				make that directory, $work, and enter it
#	need_packages compiler	find a compiler, or install it
#	need_postgres [test]	find PostgreSQL and the build tools, or install them; calls make_work
#	build_extension			copy the sources to $work/build, build, stage
#	start_server [line...]	initdb and start, with lines for postgresql.conf
#	as_server_user cmd...	run a command as the user who owns the server
#	finish					stop and remove; called on exit
#
# PG_CONFIG chooses a PostgreSQL; otherwise the newest one with its headers.
# SANITIZE=1 builds with AddressSanitizer and UBSan and preloads their runtime
# into the server (PostgreSQL 17 or later: with 15 on Debian 12 it hangs).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=
server_user=
keep_server=no

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# --- PostgreSQL and tools ---------------------------------------------------

# A pg_config with a server and its headers behind it?
# Debian's client package has pg_config and pgxs.mk, too.
usable() {
	[ -x "$("$1" --bindir 2>/dev/null)/initdb" ] && [ -f "$("$1" --pgxs 2>/dev/null)" ] &&
		[ -f "$("$1" --includedir-server 2>/dev/null)/postgres.h" ]
}

find_pg_config() {
	local candidate
	if [ -n "${PG_CONFIG:-}" ]; then
		usable "$PG_CONFIG" ||
			die "PG_CONFIG=$PG_CONFIG has no server or no headers behind it: it must name" \
				"the pg_config of a PostgreSQL server installed with its development files"
		return
	fi
	for candidate in \
		$(ls -d /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -t/ -k5 -rn) pg_config; do
		if command -v "$candidate" >/dev/null && usable "$candidate"; then
			PG_CONFIG=$candidate
			return
		fi
	done
	return 1
}

# the major version to install packages for
debian_major() {
	local have
	have=$(ls /usr/lib/postgresql 2>/dev/null | grep -E '^[0-9]+$' | sort -rn | head -n 1)
	[ -n "$have" ] && [ -x "/usr/lib/postgresql/$have/bin/initdb" ] && { echo "$have"; return; }
	apt-cache show postgresql 2>/dev/null |
		sed -n 's/^Depends:.*postgresql-\([0-9][0-9]*\).*/\1/p' | sort -rn | head -n 1
}

missing_packages() { # $1: "compiler" where no more is needed, "test" where the tests are to run
	local major=
	command -v gcc >/dev/null || echo gcc libc6-dev
	[ -f /usr/include/stdio.h ] || echo libc6-dev
	[ "$1" != compiler ] || return 0
	command -v make >/dev/null || echo make
	if find_pg_config; then
		major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	else
		major=$(debian_major)
		echo "postgresql-${major:-15}" "postgresql-server-dev-${major:-15}"
	fi
	[ "$1" = test ] || return 0
	[ -n "${PG_CONFIG:-}" ] && [ -f "$("$PG_CONFIG" --sharedir)/extension/pgtap.control" ] ||
		echo "postgresql-${major:-15}-pgtap"
	command -v pg_prove >/dev/null || echo libtap-parser-sourcehandler-pgtap-perl
	command -v prove >/dev/null || echo perl
	perl -MIPC::Run -e1 2>/dev/null || echo libipc-run-perl
}

# What a test can do without, and says so: not worth failing for
install_if_possible() {
	local package
	[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 0
	for package; do
		apt-cache show "$package" 2>/dev/null | grep '^Version' >/dev/null || continue
		DEBIAN_FRONTEND=noninteractive timeout 180 \
			apt-get install -y -q --no-install-recommends "$package" >/dev/null 2>&1
	done
	return 0
}

optional_packages_of_documents() {
	[ -n "$(ls /usr/lib/postgresql/*/bin/pg_bsd_indent 2>/dev/null)" ] ||
		command -v pg_bsd_indent >/dev/null || install_if_possible pg-bsd-indent
}

# After need_postgres
optional_packages_of_tap() {
	local packages=
	[ -e "$("$PG_CONFIG" --pkglibdir)/pg_cron.so" ] || packages="postgresql-$major-cron"
	command -v chromium >/dev/null || packages="$packages chromium"
	/usr/bin/python3 -c 'import psycopg2' 2>/dev/null || packages="$packages python3-psycopg2"
	! command -v java >/dev/null || [ -e /usr/share/java/postgresql.jar ] ||
		packages="$packages libpostgresql-jdbc-java"
	install_if_possible $packages
	# Debian's node-pg needs Debian's node; where there is another one its own packages do
	if command -v node >/dev/null &&
		! NODE_PATH=/usr/share/nodejs:/usr/lib/nodejs:${NODE_PATH:-} \
			node -e "require('pg')" 2>/dev/null; then
		if [ "$(id -u)" -ne 0 ] ||
			! timeout 120 apt-get install -y -q --no-install-recommends node-pg \
				>/dev/null 2>&1; then
			! command -v npm >/dev/null ||
				timeout 120 npm install --prefix "$work/npm" --no-audit --no-fund --no-save pg \
					>/dev/null 2>&1
			export NODE_PATH=$work/npm/node_modules${NODE_PATH:+:$NODE_PATH}
		fi
	fi
	return 0
}

# Installs what missing_packages finds, or says how to
need_packages() {
	local packages log
	packages=$(missing_packages "$1")
	[ -n "$packages" ] || return 0
	if ! command -v apt-get >/dev/null; then
		die "missing (by their Debian names):" $(printf '%s\n' $packages | sort -u)
	elif [ "$(id -u)" -ne 0 ]; then
		# without the lists of packages nobody knows which PostgreSQL this Debian has
		[ "$1" = compiler ] || [ -n "$(debian_major)" ] ||
			die "something is missing, and apt knows no packages;" \
				"run: sudo apt-get update, and this again"
		die "something is missing; install it with: sudo apt-get update &&" \
			"sudo apt-get install --no-install-recommends" $(printf '%s\n' $packages | sort -u)
	fi
	say "installing from Debian's packages ..."
	log=$(mktemp)
	apt-get update -q >"$log" 2>&1 || { cat "$log" >&2; die "apt-get update failed"; }
	packages=$(missing_packages "$1" | tr ' ' '\n' | sort -u)
	DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends $packages >>"$log" 2>&1 ||
		{ tail -n 20 "$log" >&2; die "apt-get install failed:" $packages; }
	rm -f "$log"
}

need_postgres() {
	case ${PG_CONFIG:-} in
		/*) ;;
		*/*) PG_CONFIG=$PWD/$PG_CONFIG ;;
	esac
	make_work
	[ -z "${PG_CONFIG:-}" ] || find_pg_config
	need_packages "${1:-server}"
	find_pg_config || die "no PostgreSQL with its headers found; name its pg_config in PG_CONFIG"
	bindir=$("$PG_CONFIG" --bindir)
	major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	[ "$major" -ge 15 ] || die "PostgreSQL 15 or later is needed, this is $("$PG_CONFIG" --version)"
	if [ "$(id -u)" -eq 0 ]; then
		server_user=postgres
		id postgres >/dev/null 2>&1 || server_user=nobody
	fi
}

# --- the private server -----------------------------------------------------

as_server_user() {
	if [ -n "$server_user" ]; then
		# HOME of another user may not be readable
		runuser -u "$server_user" -- env HOME="$work" "$@"
	else
		"$@"
	fi
}

make_work() {
	[ -n "$work" ] && return
	work=$(mktemp -d /tmp/retention.XXXXXX)
	chmod 755 "$work"
	# the folder this was called from may be closed to the server's user, or to this one
	cd "$work"
	trap finish EXIT
	trap 'exit 130' INT TERM
}

build_extension() {
	mkdir "$work/build"
	(cd "$root" && tar -cf - --exclude=./.git --exclude='*.o' --exclude='*.so' --exclude='*.bc' .) |
		tar -xf - -C "$work/build"
	[ -z "$server_user" ] || chown -R "$server_user" "$work"
	local log=$work/build.log
	[ -z "${SANITIZE:-}" ] || set -- "$@" SHLIB_LINK="-lm -fsanitize=address,undefined" \
		COPT="-O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer \
			-fno-sanitize-recover=undefined -DRT_ASSERTIONS"
	as_server_user make -C "$work/build" -s -j4 with_llvm=no PG_CONFIG="$PG_CONFIG" "$@" \
		>"$log" 2>&1 ||
		{ cat "$log" >&2; die "the build failed"; }
	# warnings are for the reader, too
	grep -v '^make' "$log" >&2
	stage=$work/stage
	as_server_user make -C "$work/build" -s with_llvm=no PG_CONFIG="$PG_CONFIG" \
		install DESTDIR="$stage" >"$log" 2>&1 ||
		{ cat "$log" >&2; die "make install failed"; }
}

# How a server finds the staged extension: Debian's servers have a setting for
# it, PostgreSQL 18 has another; elsewhere it must be installed for real.
stage_settings() {
	local sharedir pkglibdir
	sharedir=$("$PG_CONFIG" --sharedir)
	pkglibdir=$("$PG_CONFIG" --pkglibdir)
	if as_server_user "$bindir/postgres" --describe-config |
		grep '^extension_destdir' >/dev/null; then
		echo "extension_destdir = '$stage'"
		echo "dynamic_library_path = '$stage$pkglibdir:\$libdir'"
	elif [ "$major" -ge 18 ]; then
		echo "extension_control_path = '$stage$sharedir:\$system'"
		echo "dynamic_library_path = '$stage$pkglibdir:\$libdir'"
	else
		make -C "$work/build" -s with_llvm=no PG_CONFIG="$PG_CONFIG" install \
			>"$work/build.log" 2>&1 ||
			die "this PostgreSQL loads extensions from its own directories only," \
				"and $pkglibdir can't be written: run as its owner"
	fi
}

start_server() {
	as_server_user "$bindir/initdb" -D "$work/data" -U postgres -A trust -E UTF8 \
		--locale=C.UTF-8 -N >"$work/initdb.log" 2>&1 ||
		{ cat "$work/initdb.log" >&2; die "initdb failed"; }
	as_server_user mkdir "$work/socket"
	stage_settings >"$work/stage.conf"
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$work/socket'"
		echo "fsync = off"
		echo "timezone = 'UTC'"
		cat "$work/stage.conf"
		printf '%s\n' "$@"
	} | as_server_user sh -c 'cat >> "$1/data/postgresql.conf"' sh "$work"
	if [ -n "${SANITIZE:-}" ]; then
		# not through pg_ctl, whose shell would be preloaded too
		as_server_user env LD_PRELOAD="$(gcc -print-file-name=libasan.so)" \
			ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 \
			"$bindir/postgres" -D "$work/data" >"$work/server.log" 2>&1 &
		for _ in $(seq 60); do
			"$bindir/pg_isready" -q -h "$work/socket" && break
			sleep 1
		done
		"$bindir/pg_isready" -q -h "$work/socket" ||
			{ cat "$work/server.log" >&2; die "the server did not start"; }
	else
		as_server_user "$bindir/pg_ctl" -D "$work/data" -l "$work/server.log" -w -t 60 start \
			>"$work/start.log" 2>&1 ||
			{ cat "$work/start.log" "$work/server.log" >&2; die "the server did not start"; }
	fi
	export PGHOST=$work/socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres PGOPTIONS=
	export PATH="$bindir:$PATH"
	unset PGSERVICE PGPASSWORD PGHOSTADDR
}

finish() {
	local status=$?
	trap - EXIT
	[ -n "$work" ] || exit "$status"
	if [ "$keep_server" = yes ]; then
		exit "$status"
	fi
	[ -f "$work/data/postmaster.pid" ] &&
		as_server_user "$bindir/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null 2>&1
	cd /
	rm -rf "$work"
	exit "$status"
}
