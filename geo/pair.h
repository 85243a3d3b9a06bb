/*
 * Two doubles at a time: SSE2 where there is SSE2, plain C with the same results elsewhere. Each half
 * gives the bits that a double alone would give.
 *
 * Only what distance_m() needs. Comparisons are false for NaN.
 */
#ifndef GEO_PAIR_H
#define GEO_PAIR_H

#include <math.h>
#include <stdint.h>

#if defined(__SSE2__) && !defined(TUOYU_PLAIN_LANES)

#include <emmintrin.h>

typedef __m128d pair;

static inline pair pair_all(double value)
{
    return _mm_set1_pd(value);
}

static inline pair pair_of(double first, double second)
{
    return _mm_set_pd(second, first);
}

static inline double pair_first(pair a)
{
    return _mm_cvtsd_f64(a);
}

static inline void pair_store(double *two, pair a)
{
    _mm_storeu_pd(two, a);
}

static inline pair pair_add(pair a, pair b)
{
    return _mm_add_pd(a, b);
}

static inline pair pair_sub(pair a, pair b)
{
    return _mm_sub_pd(a, b);
}

static inline pair pair_mul(pair a, pair b)
{
    return _mm_mul_pd(a, b);
}

static inline pair pair_div(pair a, pair b)
{
    return _mm_div_pd(a, b);
}

static inline pair pair_min(pair a, pair b)
{
    return _mm_min_pd(a, b);
}

static inline pair pair_sqrt(pair a)
{
    return _mm_sqrt_pd(a);
}

static inline pair pair_abs(pair a)
{
    return _mm_andnot_pd(_mm_set1_pd(-0.0), a);
}

/* bit i is set where a[i] <= b[i] */
static inline uint32_t pair_at_most(pair a, pair b)
{
    return (uint32_t)_mm_movemask_pd(_mm_cmple_pd(a, b));
}

#else

typedef struct {
    double at[2];
} pair;

static inline pair pair_all(double value)
{
    return (pair){{value, value}};
}

static inline pair pair_of(double first, double second)
{
    return (pair){{first, second}};
}

static inline double pair_first(pair a)
{
    return a.at[0];
}

static inline void pair_store(double *two, pair a)
{
    two[0] = a.at[0];
    two[1] = a.at[1];
}

static inline pair pair_add(pair a, pair b)
{
    return (pair){{a.at[0] + b.at[0], a.at[1] + b.at[1]}};
}

static inline pair pair_sub(pair a, pair b)
{
    return (pair){{a.at[0] - b.at[0], a.at[1] - b.at[1]}};
}

static inline pair pair_mul(pair a, pair b)
{
    return (pair){{a.at[0] * b.at[0], a.at[1] * b.at[1]}};
}

static inline pair pair_div(pair a, pair b)
{
    return (pair){{a.at[0] / b.at[0], a.at[1] / b.at[1]}};
}

static inline pair pair_min(pair a, pair b)
{
    return (pair){{a.at[0] < b.at[0] ? a.at[0] : b.at[0], a.at[1] < b.at[1] ? a.at[1] : b.at[1]}};
}

static inline pair pair_sqrt(pair a)
{
    return (pair){{sqrt(a.at[0]), sqrt(a.at[1])}};
}

static inline pair pair_abs(pair a)
{
    return (pair){{fabs(a.at[0]), fabs(a.at[1])}};
}

static inline uint32_t pair_at_most(pair a, pair b)
{
    return (uint32_t)(a.at[0] <= b.at[0]) | (uint32_t)(a.at[1] <= b.at[1]) << 1;
}

#endif

#endif
