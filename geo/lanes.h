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

/* The least, and the greatest, of the four in each of the four. */
static inline lanes lanes_least(lanes a)
{
    lanes two = _mm_min_ps(a, _mm_shuffle_ps(a, a, _MM_SHUFFLE(1, 0, 3, 2)));
    return _mm_min_ps(two, _mm_shuffle_ps(two, two, _MM_SHUFFLE(2, 3, 0, 1)));
}

static inline lanes lanes_greatest(lanes a)
{
    lanes two = _mm_max_ps(a, _mm_shuffle_ps(a, a, _MM_SHUFFLE(1, 0, 3, 2)));
    return _mm_max_ps(two, _mm_shuffle_ps(two, two, _MM_SHUFFLE(2, 3, 0, 1)));
}

static inline float lanes_first(lanes a)
{
    return _mm_cvtss_f32(a);
}

/* Counting: four numbers that start at none, each raised where a[i] <= b[i]; and their sum. */
typedef __m128i lane_counts;

static inline lane_counts lane_counts_none(void)
{
    return _mm_setzero_si128();
}

static inline lane_counts lane_counts_at_most(lane_counts counts, lanes a, lanes b)
{
    return _mm_sub_epi32(counts, _mm_castps_si128(_mm_cmple_ps(a, b)));
}

static inline void lane_counts_store(uint32_t *four, lane_counts counts)
{
    _mm_storeu_si128((__m128i *)(void *)four, counts);
}

static inline uint32_t lane_counts_sum(lane_counts counts)
{
    __m128i two = _mm_add_epi32(counts, _mm_shuffle_epi32(counts, _MM_SHUFFLE(1, 0, 3, 2)));
    __m128i one = _mm_add_epi32(two, _mm_shuffle_epi32(two, _MM_SHUFFLE(2, 3, 0, 1)));
    return (uint32_t)_mm_cvtsi128_si32(one);
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

static inline lanes lanes_least(lanes a)
{
    float two[2] = {a.at[0] < a.at[2] ? a.at[0] : a.at[2], a.at[1] < a.at[3] ? a.at[1] : a.at[3]};
    return lanes_all(two[0] < two[1] ? two[0] : two[1]);
}

static inline lanes lanes_greatest(lanes a)
{
    float two[2] = {a.at[0] > a.at[2] ? a.at[0] : a.at[2], a.at[1] > a.at[3] ? a.at[1] : a.at[3]};
    return lanes_all(two[0] > two[1] ? two[0] : two[1]);
}

static inline float lanes_first(lanes a)
{
    return a.at[0];
}

typedef struct {
    uint32_t at[4];
} lane_counts;

static inline lane_counts lane_counts_none(void)
{
    return (lane_counts){{0, 0, 0, 0}};
}

static inline lane_counts lane_counts_at_most(lane_counts counts, lanes a, lanes b)
{
    for (int i = 0; i < 4; i++)
        counts.at[i] += a.at[i] <= b.at[i];
    return counts;
}

static inline void lane_counts_store(uint32_t *four, lane_counts counts)
{
    for (int i = 0; i < 4; i++)
        four[i] = counts.at[i];
}

static inline uint32_t lane_counts_sum(lane_counts counts)
{
    return counts.at[0] + counts.at[1] + counts.at[2] + counts.at[3];
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
