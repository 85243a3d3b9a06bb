#include "server/public_count.h"

#include "tests/test.h"

#include <math.h>

TEST(people_are_counted_by_tens_in_public_and_few_are_not_told_from_none)
{
    static const struct {
        double exact;
        int64_t shown;
    } cases[] = {{0, 0},   {1, 0},      {9, 0},        {9.4, 0},         {9.9999999, 10},
                 {10, 10}, {14, 10},    {14.9999, 10}, {15, 20},         {24, 20},
                 {25, 30}, {995, 1000}, {1004, 1000},  {503859, 503860}, {-3, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_INT(public_count(cases[i].exact), cases[i].shown);
}

TEST(one_child_more_or_less_is_seen_once_in_ten_at_most)
{
    int seen = 0;
    for (int n = 0; n < 1000; n++)
        seen += public_count(n) != public_count(n + 1);
    CHECK_INT(seen, 100);
}

TEST(a_public_share_can_be_made_from_the_public_counts_alone)
{
    for (int whole = 0; whole < 120; whole++)
        for (int part = 0; part <= whole; part++) {
            double share = public_share(part, whole);
            if (public_count(whole) == 0) {
                CHECK(isnan(share));
                continue;
            }
            /* whoever has the same public counts has the same share */
            double again = public_share((double)public_count(part), (double)public_count(whole));
            CHECK_NEAR(share, again, 0);
            CHECK(share >= 0 && share <= 1);
        }
    CHECK_NEAR(public_share(147, 300), 0.5, 0);
    CHECK_NEAR(public_share(300, 300), 1, 0);
}

TEST(a_public_ratio_has_two_digits)
{
    CHECK_NEAR(public_ratio(0.12345), 0.12, 1e-12);
    CHECK_NEAR(public_ratio(1.25001), 1.3, 1e-12);
    CHECK_NEAR(public_ratio(99.6), 100, 1e-9);
    CHECK_NEAR(public_ratio(0.00996), 0.01, 1e-12);
    CHECK_NEAR(public_ratio(0), 0, 0);
    CHECK(isnan(public_ratio(NAN)));
}

TEST(json_says_few_as_a_text_and_unknown_as_null)
{
    struct json json;
    json_init(&json, 1 << 10);
    json_object_begin(&json);
    json_key_people(&json, "a", 1234);
    json_key_people(&json, "b", 7);
    json_key_people(&json, "c", NAN);
    json_object_end(&json);
    json_raw(&json, "", 1);
    CHECK_TEXT(json.bytes, "{\"a\":1230,\"b\":\"<10\",\"c\":null}");
    json_release(&json);
}
