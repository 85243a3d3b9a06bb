#include "server/ticker.h"
#include "tests/test.h"

static const struct service_changes changes = {.made_for = 1000,
                                               .dataset_at = 50000,
                                               .vacancies_at = 1500,
                                               .midnight_at = 86400,
                                               .is_settled = true};

static struct ticker_decision decide(moment_t now)
{
    return ticker_decide(changes, now, 0);
}

TEST(the_ticker_sleeps_until_the_next_change_and_never_longer_than_a_minute)
{
    CHECK_INT(decide(1000).action, TICKER_NOTHING);
    CHECK_INT(decide(1000).sleep_s, 60);
    CHECK_INT(decide(1450).sleep_s, 50);
    CHECK_INT(decide(1499).action, TICKER_NOTHING);
    CHECK_INT(decide(1499).sleep_s, 1);
}

TEST(each_kind_of_change_asks_for_as_much_work_as_it_needs)
{
    CHECK_INT(decide(1500).action, TICKER_REFRESH);
    CHECK_INT(decide(49999).action, TICKER_REFRESH);
    CHECK_INT(decide(50000).action, TICKER_RELOAD);
    CHECK_INT(decide(86400).action, TICKER_NEW_DAY);
    CHECK_INT(decide(900000).action, TICKER_NEW_DAY); /* the machine slept */
}

TEST(a_clock_set_back_asks_for_everything_anew)
{
    CHECK_INT(decide(999).action, TICKER_RELOAD);
    CHECK_INT(decide(-1).action, TICKER_RELOAD);
}

TEST(nothing_is_done_before_there_is_a_picture_nor_where_nothing_changes)
{
    struct service_changes none = {INT64_MIN, INT64_MAX, INT64_MAX, INT64_MAX, true};
    CHECK_INT(ticker_decide(none, 0, 0).action, TICKER_NOTHING);
    CHECK_INT(ticker_decide(none, 0, 0).sleep_s, 60);
    struct service_changes never = {0, INT64_MAX, INT64_MAX, INT64_MAX, true};
    CHECK_INT(ticker_decide(never, 1000000, 0).action, TICKER_NOTHING);
    CHECK_INT(ticker_decide(never, 1000000, 0).sleep_s, 60);
}

TEST(coverage_that_has_moved_is_computed_whole_but_not_more_often_than_once_a_second)
{
    struct service_changes moved = changes;
    moved.is_settled = false;
    CHECK_INT(ticker_decide(moved, 1000, 1000).action, TICKER_SETTLE);
    CHECK_INT(ticker_decide(moved, 1000, 999).action, TICKER_NOTHING);
    CHECK_INT(ticker_decide(moved, 1000, 999).sleep_s, 1);
    CHECK_INT(ticker_decide(moved, 1500, 5000).action, TICKER_REFRESH); /* it moves again */
    CHECK_INT(ticker_decide(moved, 900, 5000).action, TICKER_RELOAD);
}
