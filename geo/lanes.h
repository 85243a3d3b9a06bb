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

/* Masks: all bits of a lane, or none. Where the mask is set a, else b. */
static inline lanes lanes_above(lanes a, lanes b)
{
    return _mm_cmpgt_ps(a, b);
}

static inline lanes lanes_choose(lanes mask, lanes a, lanes b)
{
    return _mm_or_ps(_mm_and_ps(mask, a), _mm_andnot_ps(mask, b));
}

/* One to the right: the last of `below`, then the first three of `a`. */
static inline lanes lanes_shift(lanes below, lanes a)
{
    __m128i first = _mm_srli_si128(_mm_castps_si128(below), 12);
    return _mm_castsi128_ps(_mm_or_si128(_mm_slli_si128(_mm_castps_si128(a), 4), first));
}

/* Four whole numbers carried as they are, for lanes_choose(). */
static inline lanes lanes_all_bits(uint32_t value)
{
    return _mm_castsi128_ps(_mm_set1_epi32((int32_t)value));
}

static inline lanes lanes_load_bits(const uint32_t *four)
{
    return _mm_castsi128_ps(_mm_loadu_si128((const __m128i *)(const void *)four));
}

static inline void lanes_store_bits(uint32_t *four, lanes a)
{
    _mm_storeu_si128((__m128i *)(void *)four, _mm_castps_si128(a));
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

typedef union {
    float at[4];
    uint32_t bits[4];
} lanes;

#define LANES_EACH(member, expression)  \
    do {                                \
        lanes r;                        \
        for (int i = 0; i < 4; i++)     \
            r.member[i] = (expression); \
        return r;                       \
    } while (0)

static inline lanes lanes_all(float value)
{
    LANES_EACH(at, value);
}

static inline lanes lanes_load(const float *four)
{
    LANES_EACH(at, four[i]);
}

static inline void lanes_store(float *four, lanes a)
{
    for (int i = 0; i < 4; i++)
        four[i] = a.at[i];
}

static inline lanes lanes_add(lanes a, lanes b)
{
    LANES_EACH(at, a.at[i] + b.at[i]);
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    LANES_EACH(at, a.at[i] - b.at[i]);
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    LANES_EACH(at, a.at[i] * b.at[i]);
}

static inline lanes lanes_min(lanes a, lanes b)
{
    LANES_EACH(at, a.at[i] < b.at[i] ? a.at[i] : b.at[i]);
}

static inline lanes lanes_max(lanes a, lanes b)
{
    LANES_EACH(at, a.at[i] > b.at[i] ? a.at[i] : b.at[i]);
}

static inline lanes lanes_above(lanes a, lanes b)
{
    LANES_EACH(bits, a.at[i] > b.at[i] ? UINT32_MAX : 0);
}

static inline lanes lanes_choose(lanes mask, lanes a, lanes b)
{
    LANES_EACH(bits, (mask.bits[i] & a.bits[i]) | (~mask.bits[i] & b.bits[i]));
}

static inline lanes lanes_shift(lanes below, lanes a)
{
    LANES_EACH(bits, i ? a.bits[i - 1] : below.bits[3]);
}

static inline lanes lanes_all_bits(uint32_t value)
{
    LANES_EACH(bits, value);
}

static inline lanes lanes_load_bits(const uint32_t *four)
{
    LANES_EACH(bits, four[i]);
}

static inline void lanes_store_bits(uint32_t *four, lanes a)
{
    for (int i = 0; i < 4; i++)
        four[i] = a.bits[i];
}

static inline lanes lanes_difference(const int32_t *four, int32_t value)
{
    LANES_EACH(at, (float)(four[i] - value));
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
