/*
 * Four floats at a time: SSE2 where there is SSE2, plain C with the same results elsewhere.
 *
 * Only what the spatial index needs. Comparisons are false for NaN.
 */
#ifndef GEO_LANES_H
#define GEO_LANES_H

#include <stdint.h>

#if defined(__SSE2__) && !defined(TUOYU_PLAIN_LANES)

#include <emmintrin.h>

typedef __m128 lanes;

static inline lanes lanes_all(float value)
{
    return _mm_set1_ps(value);
}

static inline lanes lanes_load(const float *four)
{
    return _mm_loadu_ps(four);
}

static inline void lanes_store(float *four, lanes a)
{
    _mm_storeu_ps(four, a);
}

static inline lanes lanes_add(lanes a, lanes b)
{
    return _mm_add_ps(a, b);
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    return _mm_sub_ps(a, b);
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    return _mm_mul_ps(a, b);
}

static inline lanes lanes_min(lanes a, lanes b)
{
    return _mm_min_ps(a, b);
}

static inline lanes lanes_max(lanes a, lanes b)
{
    return _mm_max_ps(a, b);
}

/* four[i] - value in whole numbers (it must not overflow), then as floats */
static inline lanes lanes_difference(const int32_t *four, int32_t value)
{
    __m128i whole = _mm_loadu_si128((const __m128i *)(const void *)four);
    return _mm_cvtepi32_ps(_mm_sub_epi32(whole, _mm_set1_epi32(value)));
}

/* bit i is set where a[i] <= b[i] */
static inline uint32_t lanes_at_most(lanes a, lanes b)
{
    return (uint32_t)_mm_movemask_ps(_mm_cmple_ps(a, b));
}

#else

typedef struct {
    float at[4];
} lanes;

#define LANES_EACH(expression)      \
    do {                            \
        lanes r;                    \
        for (int i = 0; i < 4; i++) \
            r.at[i] = (expression); \
        return r;                   \
    } while (0)

static inline lanes lanes_all(float value)
{
    LANES_EACH(value);
}

static inline lanes lanes_load(const float *four)
{
    LANES_EACH(four[i]);
}

static inline void lanes_store(float *four, lanes a)
{
    for (int i = 0; i < 4; i++)
        four[i] = a.at[i];
}

static inline lanes lanes_add(lanes a, lanes b)
{
    LANES_EACH(a.at[i] + b.at[i]);
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    LANES_EACH(a.at[i] - b.at[i]);
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    LANES_EACH(a.at[i] * b.at[i]);
}

static inline lanes lanes_min(lanes a, lanes b)
{
    LANES_EACH(a.at[i] < b.at[i] ? a.at[i] : b.at[i]);
}

static inline lanes lanes_max(lanes a, lanes b)
{
    LANES_EACH(a.at[i] > b.at[i] ? a.at[i] : b.at[i]);
}

static inline lanes lanes_difference(const int32_t *four, int32_t value)
{
    LANES_EACH((float)(four[i] - value));
}

static inline uint32_t lanes_at_most(lanes a, lanes b)
{
    uint32_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits |= (uint32_t)(a.at[i] <= b.at[i]) << i;
    return bits;
}

#undef LANES_EACH

#endif

#endif
