/* Outlines as text: the same however it is written. */
#include "data/outlines.h"
#include "tests/test.h"

#define RING(a) \
    "{\"type\":\"Polygon\",\"coordinates\":[[[" a ",30],[120.2,30],[120.2,30.1],[120,30]]]}"

TEST(outlines_are_the_same_however_blanks_and_numbers_are_written)
{
    static const char spaced[] = "{ \"type\": \"Polygon\",\n\t\"coordinates\": [ [ [1.2e2, 30.0], "
                                 "[120.20, 30],\r\n [120.2,30.10], [120.00000001, 3e1]]] } ";
    CHECK(outline_is_same(RING("120"), spaced) && outline_is_same(spaced, RING("120")));
    CHECK(outline_is_same(RING("120.1"), RING("120.10000000000001")));
    CHECK(outline_is_same(NULL, NULL));
    static const char *const others[] = {
        NULL,
        "",
        RING("120.0000001"),
        RING("-120"),
        RING("120,0"),
        RING("120") "]",
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[120,30],[120.2,30],[120.2,30.1],[120,30]]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[120,30],[120.2,30],[120.2,30.1]]]}",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK(!outline_is_same(RING("120"), others[i]));
        CHECK(!outline_is_same(others[i], RING("120")));
    }
}
