/*
 * fastagent: an SNMP responder made to be faster than any client under test.
 *
 * One process imitates N agents on N consecutive loopback addresses (one wildcard UDP socket, IP_PKTINFO).
 * It serves v1 / v2c / v3 (USM: SHA-1 or SHA-256, AES-128) GET, GETNEXT, GETBULK over a pre-encoded, sorted
 * table: system group, ifTable (15 columns) + ifXTable (10 columns) for -i interfaces, and a subtree of
 * awkward answers under 1.3.6.1.4.1.99999 (see build_table). Optional: constant latency, random loss, dead
 * devices, maximum message size.
 *
 *   cc -O2 -o fastagent fastagent.c -lcrypto        (Linux, OpenSSL 1.1 or later)
 *   fastagent -a 127.1.0.1 -n 1000 -p 1161 -i 52 -l 20000 -L 100 -D 10 -s 65000 -A SHA
 *
 *     -a ADDRESS   the first address            -n N   agents           -p PORT
 *     -i N         interfaces of each agent     -s N   largest message, bytes
 *     -l N         latency, microseconds        -L N   loss per mille of requests
 *     -D N         every N-th agent is dead (0: none)                   -S N   seed
 *     -c TEXT      community (public)           -A SHA for SHA-1, else SHA-256
 *     -b N         snmpEngineBoots              -6     also answer on [::1]:port
 *     -B           busy-poll (needs a core of its own)
 *
 * The SNMPv3 user is "bench" (see USER below). SIGUSR1 prints the counts, SIGTERM prints them and ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef uint32_t u32;
typedef uint64_t u64;
typedef uint8_t u8;

#define MAXSUB 64
typedef struct {
    u32 *oid;
    int n;
    int off, len;
    int special;
} Ent;
static Ent *tab;
static int ntab, captab;
static u8 *blob;
static int nblob, capblob;

/* ---------- BER out (forward, into small buffers) ---------- */
static int lenlen(int n) { return n < 128 ? 1 : n < 256 ? 2 : n < 65536 ? 3 : 4; }
static u8 *putlen(u8 *p, int n) {
    if (n < 128) {
        *p++ = n;
    } else if (n < 256) {
        *p++ = 0x81;
        *p++ = n;
    } else if (n < 65536) {
        *p++ = 0x82;
        *p++ = n >> 8;
        *p++ = n;
    } else {
        *p++ = 0x83;
        *p++ = n >> 16;
        *p++ = n >> 8;
        *p++ = n;
    }
    return p;
}
static u8 *putoid(u8 *p, const u32 *o, int n) {
    u8 b[MAXSUB * 5];
    int k = 0;
    for (int i = 1; i < n; i++) {
        u64 v = i == 1 ? (u64)o[0] * 40 + o[1] : o[i];
        int s = v >= (1u << 28) ? 4 : v >= (1u << 21) ? 3 : v >= (1u << 14) ? 2 : v >= (1u << 7) ? 1 : 0;
        for (; s >= 0; s--) b[k++] = ((v >> (7 * s)) & 0x7f) | (s ? 0x80 : 0);
    }
    *p++ = 6;
    p = putlen(p, k);
    memcpy(p, b, k);
    return p + k;
}
static int encint(u8 *out, long long v) { /* minimal two's complement */
    u8 b[9];
    int n = 0;
    for (int i = 7; i >= 0; i--) b[n++] = (u8)(v >> (8 * i));
    int s = 0;
    while (s < 7 && ((b[s] == 0 && !(b[s + 1] & 0x80)) || (b[s] == 0xff && (b[s + 1] & 0x80)))) s++;
    memcpy(out, b + s, 8 - s);
    return 8 - s;
}
static int encuint(u8 *out, u64 v) {
    u8 b[9];
    b[0] = 0;
    for (int i = 0; i < 8; i++) b[1 + i] = (u8)(v >> (8 * (7 - i)));
    int s = 0;
    while (s < 8 && b[s] == 0 && !(b[s + 1] & 0x80)) s++;
    memcpy(out, b + s, 9 - s);
    return 9 - s;
}

/* ---------- the table ---------- */
static void add(const u32 *oid, int n, u8 tag, const u8 *val, int vlen, int special) {
    if (ntab == captab) tab = realloc(tab, (captab = captab ? captab * 2 : 4096) * sizeof *tab);
    if (nblob + vlen + 400 > capblob) blob = realloc(blob, capblob = capblob ? capblob * 2 + vlen : 1 << 20);
    u8 ob[400];
    int ol = putoid(ob, oid, n) - ob;
    int body = ol + 1 + lenlen(vlen) + vlen;
    Ent *e = &tab[ntab++];
    e->oid = malloc(n * 4);
    memcpy(e->oid, oid, n * 4);
    e->n = n;
    e->off = nblob;
    e->special = special;
    u8 *p = blob + nblob;
    *p++ = 0x30;
    p = putlen(p, body);
    memcpy(p, ob, ol);
    p += ol;
    *p++ = tag;
    p = putlen(p, vlen);
    memcpy(p, val, vlen);
    p += vlen;
    e->len = p - (blob + nblob);
    nblob = p - blob;
}
static void add_s(const u32 *o, int n, const char *s) { add(o, n, 4, (const u8 *)s, strlen(s), 0); }
static void add_i(const u32 *o, int n, long long v) {
    u8 b[10];
    int l = encint(b, v);
    add(o, n, 2, b, l, 0);
}
static void add_u(const u32 *o, int n, u8 tag, u64 v) {
    u8 b[10];
    int l = encuint(b, v);
    add(o, n, tag, b, l, 0);
}

enum {
    SP_NONE,
    SP_LOOP,
    SP_TOOBIG,
    SP_GENERR,
    SP_WRONGID,
    SP_TWICE,
    SP_LATE,
    SP_GARBAGE,
    SP_TRUNC,
    SP_OTHERSRC
};

/* The values: a function of the interface's number, so that a client under test can compute the same ones. */
static void build_table(int nif) {
    u32 sys[16] = {1, 3, 6, 1, 2, 1, 1, 1, 0};
    add_s(sys, 9, "fastagent 1.0, a switch that does not exist");
    sys[7] = 2;
    {
        u8 v[] = {0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 1};
        add(sys, 9, 6, v, sizeof v, 0);
    }
    sys[7] = 3;
    add_u(sys, 9, 0x43, 123456789);
    sys[7] = 4;
    add_s(sys, 9, "noc@example.edu");
    sys[7] = 5;
    add_s(sys, 9, "device");
    sys[7] = 6;
    add_s(sys, 9, "room 101");
    sys[7] = 7;
    add_i(sys, 9, 78);
    u32 ifn[9] = {1, 3, 6, 1, 2, 1, 2, 1, 0};
    add_i(ifn, 9, nif);
    static const int c1[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 16, 19, 20};
    static const int c2[] = {1, 6, 7, 8, 9, 10, 11, 13, 15, 18};
    u32 o[11] = {1, 3, 6, 1, 2, 1, 2, 2, 1, 0, 0};
    char s[64];
    for (unsigned c = 0; c < sizeof c1 / sizeof *c1; c++)
        for (int i = 1; i <= nif; i++) {
            o[9] = c1[c];
            o[10] = i;
            switch (c1[c]) {
            case 1:
                add_i(o, 11, i);
                break;
            case 2:
                sprintf(s, "GigabitEthernet1/0/%d", i);
                add_s(o, 11, s);
                break;
            case 3:
                add_i(o, 11, 6);
                break;
            case 4:
                add_i(o, 11, 1500);
                break;
            case 5:
                add_u(o, 11, 0x42, 1000000000);
                break;
            case 6: {
                u8 m[6] = {0, 0x1b, 0x21, 0, i >> 8, i};
                add(o, 11, 4, m, 6, 0);
                break;
            }
            case 7:
                add_i(o, 11, 1);
                break;
            case 8:
                add_i(o, 11, i % 3 ? 1 : 2);
                break;
            case 9:
                add_u(o, 11, 0x43, 1000u * i);
                break;
            default:
                add_u(o, 11, 0x41, (2654435761u * (u32)i + 40503u * (u32)c1[c]));
                break;
            }
        }
    u32 x[12] = {1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 0, 0};
    for (unsigned c = 0; c < sizeof c2 / sizeof *c2; c++)
        for (int i = 1; i <= nif; i++) {
            x[10] = c2[c];
            x[11] = i;
            switch (c2[c]) {
            case 1:
                sprintf(s, "Gi1/0/%d", i);
                add_s(x, 12, s);
                break;
            case 15:
                add_u(x, 12, 0x42, 1000);
                break;
            case 18:
                sprintf(s, "uplink to room %d", i);
                add_s(x, 12, s);
                break;
            default:
                add_u(x, 12, 0x46, (u64)2654435761u * (u32)i * 1000003u + c2[c]);
                break;
            }
        }
    u32 e[13] = {1, 3, 6, 1, 2, 1, 47,
                 1, 1, 1, 1, 2, 0}; /* so that an overshooting GETBULK meets plain objects */
    for (int i = 1; i <= 120; i++) {
        e[12] = i;
        sprintf(s, "slot %d", i);
        add_s(e, 13, s);
    }
    u32 t[16] = {1, 3, 6, 1, 4, 1, 99999, 1, 0};
    u8 f[16];
    add_u(t, 9, 0x46, 18446744073709551615ull);
    t[7] = 2;
    {
        u8 v[] = {0x9f, 0x78, 4, 0x40, 0x48, 0xf5, 0xc3};
        add(t, 9, 0x44, v, 7, 0);
    }
    t[7] = 3;
    {
        u8 v[] = {192, 0, 2, 1};
        add(t, 9, 0x40, v, 4, 0);
    }
    t[7] = 4;
    add_i(t, 9, -2147483648ll);
    t[7] = 5;
    add(t, 9, 4, (const u8 *)"caf\xe9\0\xff", 6, 0);
    t[7] = 6;
    add(t, 9, 4, f, 0, 0);
    t[7] = 7;
    add_u(t, 9, 0x41, 4294967295u);
    t[7] = 8;
    {
        u8 v[] = {0xff, 0xff, 0xff, 0xff};
        add(t, 9, 0x41, v, 4, 0);
    }
    t[7] = 9; /* sign-extended, as some agents do */
    add(t, 9, 5, f, 0, 0);
    t[7] = 10;
    {
        u8 v[] = {0x2b, 6, 1, 4, 1, 0x8f, 0xff, 0xff, 0xff, 0x7f};
        add(t, 9, 6, v, sizeof v, 0);
    }
    t[7] = 11;
    for (int i = 1; i <= 3; i++) {
        t[8] = i;
        add_i(t, 9, i);
        tab[ntab - 1].special = SP_LOOP;
    }
    t[8] = 0;
    t[7] = 12;
    add_i(t, 9, 1);
    tab[ntab - 1].special = SP_TOOBIG;
    t[7] = 13;
    add_i(t, 9, 1);
    tab[ntab - 1].special = SP_GENERR;
    t[7] = 14;
    {
        u8 v[] = {0x9f, 0x79, 8, 0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18};
        add(t, 9, 0x44, v, 11, 0);
    }
    t[7] = 15;
    add_i(t, 9, 15);
    tab[ntab - 1].special = SP_WRONGID;
    t[7] = 16;
    add_i(t, 9, 16);
    tab[ntab - 1].special = SP_TWICE;
    t[7] = 17;
    add_i(t, 9, 17);
    tab[ntab - 1].special = SP_LATE;
    t[7] = 18;
    add_i(t, 9, 18);
    tab[ntab - 1].special = SP_GARBAGE;
    t[7] = 19;
    add_i(t, 9, 19);
    tab[ntab - 1].special = SP_TRUNC;
    {
        u8 v[] = {0, 0, 0, 0, 0, 0, 0, 1};
        t[7] = 20;
        add(t, 9, 0x46, v, 8, 0);
    } /* Counter64 with leading zeros */
    {
        u8 v[9] = {0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe};
        t[7] = 21;
        add(t, 9, 0x46, v, 9, 0);
    }
    t[7] = 22;
    add_i(t, 9, 22);
    t[7] = 23;
    add_i(t, 9, 23);
    tab[ntab - 1].special = SP_OTHERSRC;
}
static int cmpoid(const u32 *a, int n, const u32 *b, int m) {
    int k = n < m ? n : m;
    for (int i = 0; i < k; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return n - m;
}
static int lower(const u32 *o, int n, int strict) { /* first index >= (strict: >) oid */
    int lo = 0, hi = ntab;
    while (lo < hi) {
        int m = (lo + hi) / 2, c = cmpoid(tab[m].oid, tab[m].n, o, n);
        if (c < 0 || (strict && c == 0)) lo = m + 1;
        else hi = m;
    }
    return lo;
}

/* ---------- BER in ---------- */
typedef struct {
    const u8 *p, *e;
} In;
static int tlv(In *in, u8 *tag, In *body) {
    if (in->e - in->p < 2) return -1;
    *tag = *in->p++;
    unsigned l = *in->p++;
    if (l & 0x80) {
        int k = l & 0x7f;
        if (k < 1 || k > 3 || in->e - in->p < k) return -1;
        l = 0;
        while (k--) l = l << 8 | *in->p++;
    }
    if ((unsigned)(in->e - in->p) < l) return -1;
    body->p = in->p;
    body->e = in->p + l;
    in->p += l;
    return 0;
}
static long long getint(In b) {
    long long v = b.p < b.e && (*b.p & 0x80) ? -1 : 0;
    while (b.p < b.e) v = (long long)((u64)v << 8 | *b.p++);
    return v;
}
static int getoid(In b, u32 *o) {
    int n = 0;
    u64 v = 0;
    while (b.p < b.e) {
        v = v << 7 | (*b.p & 0x7f);
        if (!(*b.p++ & 0x80)) {
            if (n == 0) {
                o[0] = v < 40 ? 0 : v < 80 ? 1 : 2;
                o[1] = v - 40 * o[0];
                n = 2;
            } else {
                if (n >= MAXSUB) return -1;
                o[n++] = v;
            }
            v = 0;
        }
    }
    return n;
}

/* ---------- options, devices ---------- */
static int spin, boots_n = 1, ndev = 1, port = 1161, nif = 500, dead_every, loss, maxmsg = 65000, six,
                 md_sha1;
static long latency_us;
static u32 base;
static u64 rng = 88172645463325252ull;
static u64 rnd(void) {
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return rng;
}
static struct {
    u64 req, dropped, dead, vb, bytes_in, bytes_out, v3, reports;
} st;
static time_t start;

/* USM */
#define USER "bench"
#define AUTHPASS "benchauthpass"
#define PRIVPASS "benchprivpass"
static u8 mk_auth[32], mk_priv[32];
static int kl, macl;
typedef struct {
    u8 eid[16];
    int el;
    u8 ka[32], kp[32];
    int ready;
} Dev;
static Dev *devs;
static const EVP_MD *md(void) { return md_sha1 ? EVP_sha1() : EVP_sha256(); }
static void master(const char *pw, u8 *out) {
    int n = strlen(pw);
    u8 *b = malloc(1048576);
    for (int i = 0; i < 1048576; i++) b[i] = pw[i % n];
    unsigned l;
    EVP_Digest(b, 1048576, out, &l, md(), NULL);
    free(b);
}
static void localize(const u8 *mk, Dev *d, u8 *out) {
    u8 b[100];
    memcpy(b, mk, kl);
    memcpy(b + kl, d->eid, d->el);
    memcpy(b + kl + d->el, mk, kl);
    unsigned l;
    EVP_Digest(b, 2 * kl + d->el, out, &l, md(), NULL);
}
static Dev *dev(int i) {
    Dev *d = &devs[i];
    if (d->ready) return d;
    u8 e[] = {0x80, 0, 0x1f, 0x88, 4, 'd', 'v', i >> 16, i >> 8, i, 'x', 'y'};
    memcpy(d->eid, e, sizeof e);
    d->el = sizeof e;
    localize(mk_auth, d, d->ka);
    localize(mk_priv, d, d->kp);
    d->ready = 1;
    return d;
}

/* ---------- PDU answer: fills vb[] with the var-bind list, returns length ---------- */
static u8 vbuf[70000];
typedef struct {
    u8 rid[8];
    int ridl;
    long long est, eidx;
    int n;
    int special;
    u8 tag;
    int badid;
} Pdu;

static int answer(In pdu, u8 tag, int ver, Pdu *r, int room) {
    In rid, a, b, list;
    u8 t;
    if (tlv(&pdu, &t, &rid) || tlv(&pdu, &t, &a) || tlv(&pdu, &t, &b) || tlv(&pdu, &t, &list)) return -1;
    r->ridl = rid.e - rid.p;
    if (r->ridl > 8) return -1;
    memcpy(r->rid, rid.p, r->ridl);
    r->est = r->eidx = 0;
    r->special = 0;
    r->tag = 0xa2;
    int n = 0;
    u8 *p = vbuf;
    In l0 = list;
    u32 o[MAXSUB + 2];
    int no, k = 0;
#define PUTNAME(tagval)                                                                                      \
    do {                                                                                                     \
        u8 ob[400];                                                                                          \
        int ol = putoid(ob, o, no) - ob;                                                                     \
        *p++ = 0x30;                                                                                         \
        p = putlen(p, ol + 2);                                                                               \
        memcpy(p, ob, ol);                                                                                   \
        p += ol;                                                                                             \
        *p++ = tagval;                                                                                       \
        *p++ = 0;                                                                                            \
    } while (0)
    if (tag == 0xa0 || tag == 0xa1) {
        while (list.p < list.e) {
            In vb, name;
            if (tlv(&list, &t, &vb) || tlv(&vb, &t, &name)) return -1;
            no = getoid(name, o);
            if (no < 2) return -1;
            k++;
            int i = lower(o, no, tag == 0xa1);
            if (tag == 0xa0 && i < ntab && cmpoid(tab[i].oid, tab[i].n, o, no)) i = ntab + 1;
            if (tag == 0xa1 && i > 0 && tab[i - 1].special == SP_LOOP &&
                (i == ntab || tab[i].special != SP_LOOP) && !cmpoid(tab[i - 1].oid, tab[i - 1].n, o, no))
                i -= 3;
            if (i < ntab) {
                if (tab[i].special && tab[i].special != SP_LOOP) r->special = tab[i].special;
                if (tag == 0xa0 && tab[i].special == SP_TOOBIG) {
                    r->est = 1;
                    r->eidx = 0;
                    goto err;
                }
                if (tag == 0xa0 && tab[i].special == SP_GENERR) {
                    r->est = 5;
                    r->eidx = k;
                    goto err;
                }
                if ((p - vbuf) + tab[i].len > room) {
                    r->est = 1;
                    goto err;
                }
                memcpy(p, blob + tab[i].off, tab[i].len);
                p += tab[i].len;
                n++;
            } else if (ver == 0) {
                r->est = 2;
                r->eidx = k;
                goto err;
            } else {
                u8 ex = tag == 0xa1 ? 0x82 : (no > 10 || (no == 9 && o[6] == 1 && o[8])) ? 0x81 : 0x80;
                PUTNAME(ex);
                n++;
            }
        }
    } else if (tag == 0xa5) {
        long long nr = getint(a), mr = getint(b);
        if (nr < 0) nr = 0;
        if (mr < 0) mr = 0;
        int idx[256], m = 0;
        while (list.p < list.e && m < 256) {
            In vb, name;
            if (tlv(&list, &t, &vb) || tlv(&vb, &t, &name)) return -1;
            no = getoid(name, o);
            if (no < 2) return -1;
            int i = lower(o, no, 1);
            if (i > 0 && tab[i - 1].special == SP_LOOP && (i == ntab || tab[i].special != SP_LOOP) &&
                !cmpoid(tab[i - 1].oid, tab[i - 1].n, o, no))
                i -= 3;
            if (m < nr) {
                if (i < ntab) {
                    if (p - vbuf + tab[i].len > room) goto full;
                    memcpy(p, blob + tab[i].off, tab[i].len);
                    p += tab[i].len;
                } else PUTNAME(0x82);
                n++;
            }
            idx[m++] = i;
        }
        if (m - nr == 1) { /* one repeater: contiguous copy */
            int i = idx[nr], j = i;
            long sz = p - vbuf;
            while (j < ntab && j - i < mr && sz + tab[j].len <= room) {
                sz += tab[j].len;
                j++;
            }
            if (j > i) {
                int L = tab[j - 1].off + tab[j - 1].len - tab[i].off;
                memcpy(p, blob + tab[i].off, L);
                p += L;
                n += j - i;
            }
            if (j == ntab && j - i < mr) {
                memcpy(o, tab[ntab - 1].oid, tab[ntab - 1].n * 4);
                no = tab[ntab - 1].n;
                if (p - vbuf + 40 <= room) {
                    PUTNAME(0x82);
                    n++;
                }
            }
        } else if (m > nr) {
            for (int rep = 0; rep < mr; rep++) {
                int alive = 0;
                for (int q = nr; q < m; q++) {
                    int i = idx[q];
                    if (i < ntab) {
                        if (p - vbuf + tab[i].len > room) goto full;
                        memcpy(p, blob + tab[i].off, tab[i].len);
                        p += tab[i].len;
                        idx[q]++;
                        alive = 1;
                    } else {
                        if (p - vbuf + 40 > room) goto full;
                        memcpy(o, tab[ntab - 1].oid, tab[ntab - 1].n * 4);
                        no = tab[ntab - 1].n;
                        PUTNAME(0x82);
                    }
                    n++;
                }
                if (!alive) break;
            }
        }
    full:;
    } else return -1;
    r->n = n;
    st.vb += n;
    return p - vbuf;
err:
    if (r->est == 1 && ver > 0) {
        r->n = 0;
        return 0;
    }
    {
        int L = l0.e - l0.p;
        memcpy(vbuf, l0.p, L);
        r->n = k;
        return L;
    }
}
static int pdusize(const Pdu *r, int vbl) {
    return 2 + r->ridl + 3 + (r->eidx > 127 ? 4 : 3) + 1 + lenlen(vbl) + vbl;
}
static u8 *putpdu(u8 *p, const Pdu *r, int vbl) {
    int body = pdusize(r, vbl);
    *p++ = r->tag;
    p = putlen(p, body);
    *p++ = 2;
    *p++ = r->ridl;
    memcpy(p, r->rid, r->ridl);
    if (r->badid) p[r->ridl - 1] ^= 1;
    p += r->ridl;
    *p++ = 2;
    *p++ = 1;
    *p++ = r->est;
    if (r->eidx > 127) {
        *p++ = 2;
        *p++ = 2;
        *p++ = 0;
        *p++ = r->eidx;
    } else {
        *p++ = 2;
        *p++ = 1;
        *p++ = r->eidx;
    }
    *p++ = 0x30;
    p = putlen(p, vbl);
    memcpy(p, vbuf, vbl);
    return p + vbl;
}

/* ---------- one message in, one message out ---------- */
static u8 comm[64];
static int comml;
static int community_msg(In msg, int ver, u8 *out, Pdu *r) {
    In c, pdu;
    u8 t;
    if (tlv(&msg, &t, &c) || tlv(&msg, &t, &pdu)) return 0;
    int cl = c.e - c.p;
    if (cl != comml || memcmp(c.p, comm, cl)) return 0;
    int vbl = answer(pdu, t, ver, r, maxmsg - 60);
    if (vbl < 0) return 0;
    int pl = pdusize(r, vbl);
    int tot = 3 + 2 + cl + 1 + lenlen(pl) + pl;
    u8 *p = out;
    *p++ = 0x30;
    p = putlen(p, tot);
    *p++ = 2;
    *p++ = 1;
    *p++ = ver;
    *p++ = 4;
    *p++ = cl;
    memcpy(p, c.p, cl);
    p += cl;
    p = putpdu(p, r, vbl);
    return p - out;
}
static u64 salt;
static int v3_msg(const u8 *in, int inl, In msg, int di, u8 *out, Pdu *r) {
    In hdr, sp, mid, b, fl, t1, body;
    u8 t, bt;
    Dev *d = dev(di);
    st.v3++;
    if (tlv(&msg, &t, &hdr) || tlv(&hdr, &t, &mid) || tlv(&hdr, &t, &b) || tlv(&hdr, &t, &fl) ||
        tlv(&msg, &t, &sp))
        return 0;
    In seq, eid, boots, tm, user, ap, pp;
    In spc = sp;
    if (tlv(&spc, &t, &seq) || tlv(&seq, &t, &eid) || tlv(&seq, &t, &boots) || tlv(&seq, &t, &tm) ||
        tlv(&seq, &t, &user) || tlv(&seq, &t, &ap) || tlv(&seq, &t, &pp))
        return 0;
    if (tlv(&msg, &bt, &body)) return 0;
    int flags = fl.p < fl.e ? *fl.p : 0, oflags = 0, rep = 0;
    u8 dec[70000];
    (void)t1;
    u32 now = (u32)(time(NULL) - start) + 1000;
    if (eid.e - eid.p != d->el || memcmp(eid.p, d->eid, d->el)) rep = 4;
    else if (user.e - user.p != (long)strlen(USER) || memcmp(user.p, USER, user.e - user.p)) rep = 3;
    else if (flags & 1) {
        u8 *cp = malloc(inl);
        memcpy(cp, in, inl);
        u8 mac[64], got[64];
        unsigned l;
        if (ap.e - ap.p != macl) rep = 5;
        else {
            memcpy(got, ap.p, macl);
            memset(cp + (ap.p - in), 0, macl);
            HMAC(md(), d->ka, kl, cp, inl, mac, &l);
            if (memcmp(mac, got, macl)) rep = 5;
        }
        free(cp);
        if (!rep) {
            long long bo = getint(boots), ti = getint(tm);
            if (bo != boots_n || ti < (long long)now - 150 || ti > (long long)now + 150) {
                rep = 2;
                oflags = 1;
            }
        }
    } else rep = 1;
    In scoped = body;
    if (!rep && (flags & 2)) {
        if (bt != 4) return 0;
        u8 iv[16];
        u32 bo = getint(boots), ti = getint(tm);
        for (int i = 0; i < 4; i++) {
            iv[i] = bo >> (24 - 8 * i);
            iv[4 + i] = ti >> (24 - 8 * i);
        }
        if (pp.e - pp.p != 8) return 0;
        memcpy(iv + 8, pp.p, 8);
        EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
        int ol = 0, n = body.e - body.p;
        EVP_DecryptInit_ex(c, EVP_aes_128_cfb128(), NULL, d->kp, iv);
        EVP_DecryptUpdate(c, dec, &ol, body.p, n);
        EVP_CIPHER_CTX_free(c);
        In q = {dec, dec + n};
        if (tlv(&q, &t, &scoped) || t != 0x30) return 0;
        oflags = 3;
    } else if (!rep) oflags = flags & 1;
    u8 cname[64];
    int cnl = 0;
    int vbl;
    memset(r, 0, sizeof *r);
    if (rep) {
        st.reports++;
        r->tag = 0xa8;
        In pdu, ce, cn, rid;
        int ok = 0;
        if (bt == 0x30) {
            In s = scoped;
            if (!tlv(&s, &t, &ce) && !tlv(&s, &t, &cn) && !tlv(&s, &t, &pdu) && !tlv(&pdu, &t, &rid) &&
                rid.e - rid.p <= 8) {
                r->ridl = rid.e - rid.p;
                memcpy(r->rid, rid.p, r->ridl);
                ok = 1;
            }
        }
        if (!ok) {
            r->ridl = 1;
            r->rid[0] = 0;
        }
        u8 v[] = {0x30, 0x0f, 6, 0x0a, 0x2b, 6, 1, 6, 3, 15, 1, 1, 0, 0, 0x41, 1, 1};
        v[12] = rep;
        memcpy(vbuf, v, sizeof v);
        vbl = sizeof v;
        r->n = 1;
    } else {
        In ce, cn, pdu;
        In s = scoped;
        u8 pt;
        if (tlv(&s, &t, &ce) || tlv(&s, &t, &cn) || tlv(&s, &pt, &pdu)) return 0;
        cnl = cn.e - cn.p;
        if (cnl > 60) return 0;
        memcpy(cname, cn.p, cnl);
        vbl = answer(pdu, pt, 1, r, maxmsg - 160);
        if (vbl < 0) return 0;
    }
    int pl = pdusize(r, vbl), spl = 2 + d->el + 2 + cnl + 1 + lenlen(pl) + pl;
    static u8 plain[80000], enc[80000];
    u8 *p = plain;
    *p++ = 0x30;
    p = putlen(p, spl);
    *p++ = 4;
    *p++ = d->el;
    memcpy(p, d->eid, d->el);
    p += d->el;
    *p++ = 4;
    *p++ = cnl;
    memcpy(p, cname, cnl);
    p += cnl;
    p = putpdu(p, r, vbl);
    int plen = p - plain;
    u8 sl[8];
    salt++;
    for (int i = 0; i < 8; i++) sl[i] = salt >> (56 - 8 * i);
    if (oflags & 2) {
        u8 iv[16];
        for (int i = 0; i < 4; i++) {
            iv[i] = (u32)boots_n >> (24 - 8 * i);
            iv[4 + i] = now >> (24 - 8 * i);
        }
        memcpy(iv + 8, sl, 8);
        EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
        int ol = 0;
        EVP_EncryptInit_ex(c, EVP_aes_128_cfb128(), NULL, d->kp, iv);
        EVP_EncryptUpdate(c, enc, &ol, plain, plen);
        EVP_CIPHER_CTX_free(c);
    }
    /* security parameters */
    u8 tb[8];
    int tl = encint(tb, now);
    u8 spb[200];
    u8 *q = spb + 4;
    int macoff;
    int authed = oflags & 1, ul = rep == 4 || rep == 3 ? 0 : (int)strlen(USER);
    *q++ = 4;
    *q++ = d->el;
    memcpy(q, d->eid, d->el);
    q += d->el;
    *q++ = 2;
    *q++ = 1;
    *q++ = boots_n;
    *q++ = 2;
    *q++ = tl;
    memcpy(q, tb, tl);
    q += tl;
    *q++ = 4;
    *q++ = ul;
    memcpy(q, USER, ul);
    q += ul;
    *q++ = 4;
    *q++ = authed ? macl : 0;
    macoff = q - (spb + 4);
    if (authed) {
        memset(q, 0, macl);
        q += macl;
    }
    *q++ = 4;
    *q++ = oflags & 2 ? 8 : 0;
    if (oflags & 2) {
        memcpy(q, sl, 8);
        q += 8;
    }
    int si = q - (spb + 4); /* inner sequence body, < 128 */
    int midl = mid.e - mid.p, hl = 2 + midl + 5 + 3 + 3;
    int bodyl = oflags & 2 ? 1 + lenlen(plen) + plen : plen;
    int tot = 3 + 2 + hl + 2 + 2 + si + bodyl;
    p = out;
    *p++ = 0x30;
    p = putlen(p, tot);
    *p++ = 2;
    *p++ = 1;
    *p++ = 3;
    *p++ = 0x30;
    *p++ = hl;
    *p++ = 2;
    *p++ = midl;
    memcpy(p, mid.p, midl);
    p += midl;
    *p++ = 2;
    *p++ = 3;
    *p++ = 0;
    *p++ = 0xff;
    *p++ = 0xe3;
    *p++ = 4;
    *p++ = 1;
    *p++ = oflags;
    *p++ = 2;
    *p++ = 1;
    *p++ = 3;
    *p++ = 4;
    *p++ = si + 2;
    *p++ = 0x30;
    *p++ = si;
    u8 *spout = p;
    memcpy(p, spb + 4, si);
    p += si;
    if (oflags & 2) {
        *p++ = 4;
        p = putlen(p, plen);
        memcpy(p, enc, plen);
        p += plen;
    } else {
        memcpy(p, plain, plen);
        p += plen;
    }
    if (authed) {
        u8 mac[64];
        unsigned l;
        HMAC(md(), d->ka, kl, out, p - out, mac, &l);
        memcpy(spout + macoff, mac, macl);
    }
    return p - out;
}

/* ---------- delayed queue (constant latency: a FIFO) ---------- */
typedef struct Q {
    struct Q *next;
    u64 due;
    int fd, len, al;
    struct sockaddr_storage to;
    u32 src;
    u8 data[];
} Q;
static Q *qh, *qt, *lateh;
static u64 now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}
static void xmit(int fd, const u8 *d, int n, const struct sockaddr_storage *to, int al, u32 src) {
    struct iovec io = {(void *)d, n};
    char cb[64];
    struct msghdr m = {.msg_name = (void *)to, .msg_namelen = al, .msg_iov = &io, .msg_iovlen = 1};
    if (to->ss_family == AF_INET) {
        memset(cb, 0, sizeof cb);
        m.msg_control = cb;
        m.msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        ((struct in_pktinfo *)CMSG_DATA(c))->ipi_spec_dst.s_addr = htonl(src);
    }
    for (int i = 0; i < 100; i++) {
        if (sendmsg(fd, &m, 0) >= 0) {
            st.bytes_out += n;
            return;
        }
        if (errno != EAGAIN && errno != ENOBUFS) return;
        struct pollfd pf = {fd, POLLOUT, 0};
        poll(&pf, 1, 10);
    }
}
static void send_later(int fd, const u8 *d, int n, const struct sockaddr_storage *to, int al, u32 src,
                       u64 extra) {
    if (!latency_us && !extra) {
        xmit(fd, d, n, to, al, src);
        return;
    }
    Q *q = malloc(sizeof *q + n);
    q->next = NULL;
    q->due = now_us() + latency_us + extra;
    q->fd = fd;
    q->len = n;
    q->al = al;
    q->to = *to;
    q->src = src;
    memcpy(q->data, d, n);
    if (extra) {
        q->next = lateh;
        lateh = q;
        return;
    }
    if (qt) qt->next = q;
    else qh = q;
    qt = q;
}
static volatile sig_atomic_t stop, dump;
static void onsig(int s) {
    if (s == SIGUSR1) dump = 1;
    else stop = 1;
}

static void serve(int fd) {
    static u8 in[66000], out[80000];
    for (int k = 0; k < 64; k++) {
        struct sockaddr_storage from;
        char cb[256];
        struct iovec io = {in, sizeof in};
        struct msghdr m = {.msg_name = &from,
                           .msg_namelen = sizeof from,
                           .msg_iov = &io,
                           .msg_iovlen = 1,
                           .msg_control = cb,
                           .msg_controllen = sizeof cb};
        int n = recvmsg(fd, &m, MSG_DONTWAIT);
        if (n < 0) return;
        st.req++;
        st.bytes_in += n;
        u32 dst = base;
        int di = 0;
        if (from.ss_family == AF_INET) {
            for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
                if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
                    dst = ntohl(((struct in_pktinfo *)CMSG_DATA(c))->ipi_addr.s_addr);
            di = (int)(dst - base);
            if (di < 0 || di >= ndev) continue;
        }
        if (dead_every && di % dead_every == dead_every - 1) {
            st.dead++;
            continue;
        }
        if (loss && (int)(rnd() % 1000) < loss) {
            st.dropped++;
            continue;
        }
        In top = {in, in + n}, msg, v;
        u8 t;
        Pdu r;
        memset(&r, 0, sizeof r);
        if (tlv(&top, &t, &msg) || t != 0x30 || tlv(&msg, &t, &v)) continue;
        int ver = getint(v), ol = ver == 3   ? v3_msg(in, n, msg, di, out, &r)
                                  : ver <= 1 ? community_msg(msg, ver, out, &r)
                                             : 0;
        if (ol <= 0) continue;
        if (r.special == SP_WRONGID && ver != 3) {
            u8 o2[80000];
            In tp = {in, in + n}, ms, vv;
            Pdu rr;
            memset(&rr, 0, sizeof rr);
            rr.badid = 1;
            tlv(&tp, &t, &ms);
            tlv(&ms, &t, &vv);
            int l2 = community_msg(ms, ver, o2, &rr);
            if (l2 > 0) xmit(fd, o2, l2, &from, m.msg_namelen, dst);
        }
        if (r.special == SP_GARBAGE)
            xmit(fd, (const u8 *)"\x30\x82\xff\xff garbage", 12, &from, m.msg_namelen, dst);
        if (r.special == SP_TRUNC) xmit(fd, out, ol / 2, &from, m.msg_namelen, dst);
        send_later(fd, out, ol, &from, m.msg_namelen, dst + (r.special == SP_OTHERSRC),
                   r.special == SP_LATE ? 1500000 : 0);
        if (r.special == SP_TWICE) send_later(fd, out, ol, &from, m.msg_namelen, dst, 0);
    }
}
int main(int argc, char **argv) {
    int c;
    const char *a = "127.1.0.1";
    strcpy((char *)comm, "public");
    while ((c = getopt(argc, argv, "a:n:p:i:l:L:D:s:c:A:6S:Bb:")) != -1) switch (c) {
        case 'a':
            a = optarg;
            break;
        case 'n':
            ndev = atoi(optarg);
            break;
        case 'p':
            port = atoi(optarg);
            break;
        case 'i':
            nif = atoi(optarg);
            break;
        case 'l':
            latency_us = atol(optarg);
            break;
        case 'L':
            loss = atoi(optarg);
            break;
        case 'D':
            dead_every = atoi(optarg);
            break;
        case 's':
            maxmsg = atoi(optarg);
            break;
        case 'B':
            spin = 1;
            break;
        case 'b':
            boots_n = atoi(optarg);
            break;
        case 'c':
            strncpy((char *)comm, optarg, 60);
            break;
        case 'A':
            md_sha1 = !strcmp(optarg, "SHA");
            break;
        case '6':
            six = 1;
            break;
        case 'S':
            rng ^= (u64)atoll(optarg) * 2654435761u;
            break;
        default:
            return 2;
        }
    comml = strlen((char *)comm);
    base = ntohl(inet_addr(a));
    start = time(NULL);
    devs = calloc(ndev, sizeof *devs);
    kl = md_sha1 ? 20 : 32;
    macl = md_sha1 ? 12 : 24;
    master(AUTHPASS, mk_auth);
    master(PRIVPASS, mk_priv);
    salt = (u64)time(NULL) << 20;
    build_table(nif);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, sz = 64 << 20;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &sz, sizeof sz))
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &sz, sizeof sz);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &sz, sizeof sz))
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sz, sizeof sz);
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(port)};
    sa.sin_addr.s_addr = ndev == 1 ? htonl(base) : 0;
    if (bind(fd, (void *)&sa, sizeof sa)) {
        perror("bind");
        return 1;
    }
    int fd6 = -1;
    if (six) {
        fd6 = socket(AF_INET6, SOCK_DGRAM, 0);
        setsockopt(fd6, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        struct sockaddr_in6 s6 = {
            .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
        if (bind(fd6, (void *)&s6, sizeof s6)) {
            perror("bind6");
            return 1;
        }
    }
    struct sigaction sg = {.sa_handler = onsig};
    sigaction(SIGTERM, &sg, 0);
    sigaction(SIGINT, &sg, 0);
    sigaction(SIGUSR1, &sg, 0);
    fprintf(stderr,
            "fastagent: %d devices from %s:%d, %d interfaces, %d objects, latency %ld us, loss %d/1000, dead "
            "every %d\n",
            ndev, a, port, nif, ntab, latency_us, loss, dead_every);
    while (!stop) {
        if (dump) {
            dump = 0;
            fprintf(
                stderr,
                "requests=%llu varbinds=%llu dropped=%llu dead=%llu v3=%llu reports=%llu in=%llu out=%llu\n",
                (unsigned long long)st.req, (unsigned long long)st.vb, (unsigned long long)st.dropped,
                (unsigned long long)st.dead, (unsigned long long)st.v3, (unsigned long long)st.reports,
                (unsigned long long)st.bytes_in, (unsigned long long)st.bytes_out);
        }
        struct pollfd pf[2] = {{fd, POLLIN, 0}, {fd6, POLLIN, 0}};
        struct timespec ts = {1, 0};
        u64 due = 0;
        if (qh) due = qh->due;
        for (Q *q = lateh; q; q = q->next)
            if (!due || q->due < due) due = q->due;
        if (due) {
            u64 n = now_us(), d = due > n ? due - n : 0;
            if (d > 1000000) d = 1000000;
            ts.tv_sec = d / 1000000;
            ts.tv_nsec = d % 1000000 * 1000;
        }
        if (spin) ts.tv_sec = ts.tv_nsec = 0;
        ppoll(pf, six ? 2 : 1, &ts, NULL);
        if (pf[0].revents) serve(fd);
        if (six && pf[1].revents) serve(fd6);
        u64 n = now_us();
        while (qh && qh->due <= n) {
            Q *q = qh;
            qh = q->next;
            if (!qh) qt = NULL;
            xmit(q->fd, q->data, q->len, &q->to, q->al, q->src);
            free(q);
        }
        for (Q **pq = &lateh; *pq;) {
            Q *q = *pq;
            if (q->due <= n) {
                *pq = q->next;
                xmit(q->fd, q->data, q->len, &q->to, q->al, q->src);
                free(q);
            } else pq = &q->next;
        }
    }
    fprintf(stderr,
            "requests=%llu varbinds=%llu dropped=%llu dead=%llu v3=%llu reports=%llu in=%llu out=%llu\n",
            (unsigned long long)st.req, (unsigned long long)st.vb, (unsigned long long)st.dropped,
            (unsigned long long)st.dead, (unsigned long long)st.v3, (unsigned long long)st.reports,
            (unsigned long long)st.bytes_in, (unsigned long long)st.bytes_out);
    return 0;
}
