#!/bin/sh
# Installs the real programs that some tests run against, where this machine lets us; `make test` calls it.
#
# Nothing is started, nothing is asked, and the build never fails because of it: what cannot be installed
# is named, with the command that a person would type, and the tests that need it skip.
set -u
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export PATH

# The parts: what tests call it, the Debian package, and how to see that it is there.
missing=""
skipped=""

need() { # need PACKAGE "TESTS THAT USE IT" PROBE...
    package=$1
    tests=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        missing="$missing $package"
        skipped="$skipped
  $package: $tests"
    fi
}

has() { command -v "$1"; }
has_any() { command -v "$1" || command -v "$2"; }
has_file() { for file in "$@"; do [ -e "$file" ] && return 0; done; return 1; }
has_font() { fc-list :lang=zh family | grep -q .; }

look() {
    missing=""
    skipped=""
    need snmpd "the agent against a real SNMP daemon" has snmpd
    need snmp "the simulated devices against net-snmp's own client" has snmpbulkwalk
    need frr "a real IPv6 router" has_file /usr/lib/frr/zebra
    need lldpd "a real IPv6 router" has lldpd
    need iproute2 "hosts in network namespaces" has ip
    need iperf3 "throughput tests" has iperf3
    need prometheus "metric pages checked by promtool and scraped by Prometheus" has promtool
    need prometheus-alertmanager "alerts on their way to a webhook" has_any prometheus-alertmanager alertmanager
    need victoria-metrics "metric pages taken by VictoriaMetrics" has victoria-metrics
    need prometheus-snmp-exporter "the agent's page against snmp_exporter, column by column" \
        has_any prometheus-snmp-exporter snmp_exporter
    need chromium "the report as a browser shows and prints it" has_any chromium chromium-browser
    need fontconfig "Chinese in those pictures" has fc-list
    need fonts-wqy-microhei "Chinese in those pictures" has_font
    need poppler-utils "the printed report's pages" has pdftotext
    need postgresql "the store on PostgreSQL" has_file /usr/lib/postgresql/*/bin/initdb \
        /usr/local/pgsql/bin/initdb /usr/pgsql-*/bin/initdb
}

# A package must not start its service here: policy-rc.d answers 101, "forbidden", while we install.
policy=/usr/sbin/policy-rc.d
kept=""

forbid_services() {
    if [ -e "$policy" ]; then
        kept=$(mktemp) && cp -p "$policy" "$kept"
    fi
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
}

restore_services() {
    if [ -n "$kept" ]; then
        cp -p "$kept" "$policy" && rm -f "$kept"
    else
        rm -f "$policy"
    fi
}

# One apt-get at a time on this machine waits for the other (two minutes at most).
apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 \
        -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@"
}

look
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing for the tests:$missing" >&2
    log=$(mktemp)
    forbid_services
    trap restore_services EXIT
    trap 'exit 130' INT TERM
    # The lists may be old or absent, so they are asked for first. One package that cannot be had must
    # not keep the others away.
    apt update >"$log" 2>&1 || echo "apt-get update failed; trying with the lists that are here" >&2
    # shellcheck disable=SC2086 # a list of words
    apt install -y --no-install-recommends $missing >>"$log" 2>&1 ||
        for package in $missing; do
            apt install -y --no-install-recommends "$package" >>"$log" 2>&1 ||
                { echo "could not install $package:" >&2; tail -n 2 "$log" >&2; }
        done
    rm -f "$log"
    look
fi

if [ -n "$missing" ]; then
    {
        echo "not installed, so these tests skip:$skipped"
        echo "to run them too, as root: apt-get install --no-install-recommends$missing"
    } >&2
fi
exit 0
