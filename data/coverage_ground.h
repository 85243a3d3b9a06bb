/*
 * The ground of coverage: what does not change by the minute. The people of a region and its
 * facilities laid on the streets for one profile, and each facility's list of the people within 15
 * minutes' walk.
 *
 * Made of a dataset once, then read by any thread; runs of other minutes, of inclusive facilities
 * alone, or after places have opened and closed are computed over the same ground.
 */
#ifndef DATA_COVERAGE_GROUND_H
#define DATA_COVERAGE_GROUND_H

#include "data/coverage_run.h"
#include "data/walking.h"

/* The resident points within walk of every facility. */
struct catchments {
    uint32_t *first; /* facility_count + 1 */
    struct catchment_entry *entries;
    uint32_t max_mm;
};

/* A facility of the ground: of the region, or of another within walk of its streets. */
struct ground_facility {
    uint32_t number; /* into dataset->facilities */
    struct snap snap;
    uint32_t snap_mm;
    uint32_t community; /* of the ground; UINT32_MAX = in none of its */
};

struct coverage_ground {
    const struct dataset *dataset;
    uint16_t region;
    struct profile profile;
    const struct network *network;             /* NULL = the region has none */
    uint32_t first_community, community_count; /* of the region, in dataset->communities */

    struct residents residents; /* on the network; all off it where there is none */
    bool borrows_residents;     /* they are the dataset's */
    double *weights;            /* by resident point: whole numbers of people */
    uint32_t *communities;      /* by resident point, of the ground; UINT32_MAX = in none */
    int32_t *people, *children; /* by resident point; NONE */
    bool weighs_children;
    uint8_t source; /* enum resident_source */

    struct ground_facility *facilities; /* ascending by number */
    uint32_t facility_count;
    struct catchments catchments; /* 15 minutes */
};

/*
 * Lay the region's people and facilities on the streets; two threads work at it. People whom the
 * dataset has moved onto the streets for this profile are not moved again. parameters->minutes and
 * ->inclusive do not matter. The dataset must outlive the ground. *ground is yours:
 * coverage_ground_release().
 */
enum status MUST_CHECK coverage_ground_make(const struct dataset *dataset,
                                            const struct coverage_parameters *parameters,
                                            struct coverage_ground **ground, struct error *error);
void coverage_ground_release(struct coverage_ground *ground); /* safe on NULL */

/* Every facility's catchment up to max_mm; two threads. Yours: catchments_release(). */
enum status MUST_CHECK catchments_make(const struct coverage_ground *ground, uint32_t max_mm,
                                       struct catchments *catchments, struct error *error);
void catchments_release(struct catchments *catchments); /* safe on {0} and safe twice */

/* What a facility offers to the public at a moment, as bits of coverage_bit(). */
struct coverage_marks {
    uint16_t offered, open;
};
/* `marks`: room for ground->facility_count. */
void coverage_ground_mark(const struct coverage_ground *ground, const struct vacancies *vacancies,
                          bool inclusive, struct coverage_marks *marks);

/* A run over this ground. */
enum status MUST_CHECK coverage_run_over(const struct coverage_ground *ground,
                                         const struct vacancies *vacancies, double minutes,
                                         bool inclusive, struct coverage_run **run,
                                         struct error *error);

#endif
