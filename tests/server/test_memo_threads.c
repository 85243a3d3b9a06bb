#include "server/memo.h"

#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int alive;

static void *make_value(uint64_t question)
{
    uint64_t *value = malloc(sizeof *value);
    REQUIRE(value);
    *value = question * 31;
    atomic_fetch_add(&alive, 1);
    return value;
}

static void release_value(void *value)
{
    atomic_fetch_sub(&alive, 1);
    free(value);
}

static struct memo *open_memo(void)
{
    struct memo *memo;
    struct error error = {0};
    atomic_store(&alive, 0);
    REQUIRE_OK(memo_open(release_value, &memo, &error), &error);
    return memo;
}

static void compute(struct memo *memo, uint64_t question, uint64_t generation, int64_t now_ms,
                    int64_t took_ms)
{
    struct memo_answer *answer;
    REQUIRE(memo_find(memo, question, generation, now_ms, &answer) == MEMO_COMPUTE);
    answer = memo_put(memo, make_value(question), now_ms + took_ms);
    REQUIRE(answer);
    memo_return(memo, answer);
}

static enum memo_found ask(struct memo *memo, uint64_t question, uint64_t generation,
                           int64_t now_ms)
{
    struct memo_answer *answer;
    enum memo_found found = memo_find(memo, question, generation, now_ms, &answer);
    if (found == MEMO_FOUND) {
        CHECK(*(const uint64_t *)answer->value == question * 31);
        memo_return(memo, answer);
    } else if (found == MEMO_COMPUTE) {
        memo_give_up(memo, now_ms);
    }
    return found;
}

TEST(a_memo_computes_a_question_once_and_again_when_the_data_are_newer_for_a_second)
{
    struct memo *memo = open_memo();
    compute(memo, 7, 1, 0, 10);
    CHECK(ask(memo, 8, 1, 20) == MEMO_COMPUTE);
    CHECK(ask(memo, 7, 2, 10 + MEMO_OLD_MS - 1) == MEMO_FOUND);
    CHECK(ask(memo, 7, 2, 10 + MEMO_OLD_MS) == MEMO_COMPUTE);
    CHECK(ask(memo, 7, 1, 500000) == MEMO_FOUND); /* the data are the same */
    memo_close(memo);
    CHECK_INT(atomic_load(&alive), 0);
}

TEST(while_one_question_is_computed_others_are_busy_or_get_the_old_answer)
{
    struct memo *memo = open_memo();
    struct memo_answer *answer;
    compute(memo, 1, 1, 0, 10);
    REQUIRE(memo_find(memo, 2, 1, 5000, &answer) == MEMO_COMPUTE);
    CHECK(ask(memo, 2, 1, 5000) == MEMO_BUSY);
    CHECK(ask(memo, 3, 1, 5000) == MEMO_BUSY);
    CHECK(ask(memo, 1, 2, 5000) == MEMO_FOUND); /* old, and long since, but better than nothing */
    memo_give_up(memo, 5001);
    CHECK(ask(memo, 3, 1, 5001) == MEMO_COMPUTE);
    memo_close(memo);
    CHECK_INT(atomic_load(&alive), 0);
}

TEST(strangers_questions_take_no_more_than_a_quarter_of_a_processor)
{
    struct memo *memo = open_memo();
    struct memo_answer *answer;
    int64_t now_ms = 1000, computed_ms = 0;
    enum { HOUR_MS = 3600000, TAKES_MS = 150 };
    for (uint64_t question = 0; now_ms < HOUR_MS; question++) {
        if (memo_find(memo, question, 1, now_ms, &answer) == MEMO_COMPUTE) {
            now_ms += TAKES_MS;
            computed_ms += TAKES_MS;
            answer = memo_put(memo, make_value(question), now_ms);
            memo_return(memo, answer);
        } else {
            now_ms += 3; /* asked again at once, again and again */
        }
        CHECK(atomic_load(&alive) <= MEMO_KEPT);
    }
    CHECK(computed_ms <= HOUR_MS / MEMO_FILLS_IN + MEMO_PURSE_MS + TAKES_MS);
    CHECK(computed_ms >= HOUR_MS / MEMO_FILLS_IN * 9 / 10);
    memo_close(memo);
    CHECK_INT(atomic_load(&alive), 0);
}

TEST(the_answer_not_asked_for_the_longest_goes_first_but_not_while_it_is_read)
{
    struct memo *memo = open_memo();
    struct memo_answer *held;
    for (uint64_t question = 0; question < MEMO_KEPT; question++)
        compute(memo, question, 1, (int64_t)question * 100, 0);
    CHECK(ask(memo, 0, 1, 9000) == MEMO_FOUND);
    REQUIRE(memo_find(memo, 1, 1, 150, &held) == MEMO_FOUND); /* asked at 150: the oldest now */
    compute(memo, 100, 1, 9100, 0);
    CHECK_INT(atomic_load(&alive), MEMO_KEPT + 1);
    CHECK(*(const uint64_t *)held->value == 31);
    memo_return(memo, held);
    CHECK_INT(atomic_load(&alive), MEMO_KEPT);
    CHECK(ask(memo, 0, 1, 9200) == MEMO_FOUND);
    CHECK(ask(memo, 1, 1, 9200) == MEMO_COMPUTE);
    memo_close(memo);
    CHECK_INT(atomic_load(&alive), 0);
}

enum { THREADS = 4, ASKED = 20000, QUESTIONS = 40 };

struct asker {
    struct memo *memo;
    uint64_t seed;
    atomic_int *computing;
    int wrong;
};

static void *ask_many(void *context)
{
    struct asker *asker = context;
    for (int i = 0; i < ASKED; i++) {
        struct memo_answer *answer;
        asker->seed = asker->seed * UINT64_C(6364136223846793005) + 1;
        uint64_t question = (asker->seed >> 33) % QUESTIONS;
        switch (memo_find(asker->memo, question, (uint64_t)i / 5000, i, &answer)) {
        case MEMO_FOUND:
            asker->wrong += *(const uint64_t *)answer->value != question * 31;
            memo_return(asker->memo, answer);
            break;
        case MEMO_COMPUTE:
            asker->wrong += atomic_fetch_add(asker->computing, 1) != 0;
            void *value = make_value(question);
            atomic_fetch_sub(asker->computing, 1);
            answer = memo_put(asker->memo, value, i);
            asker->wrong += !answer || *(const uint64_t *)answer->value != question * 31;
            if (answer)
                memo_return(asker->memo, answer);
            break;
        case MEMO_BUSY:
            break;
        }
    }
    return NULL;
}

TEST(threads_share_a_memo_and_one_computes_at_a_time)
{
    struct memo *memo = open_memo();
    struct asker askers[THREADS];
    pthread_t threads[THREADS];
    atomic_int computing = 0;
    for (int i = 0; i < THREADS; i++) {
        askers[i] = (struct asker){memo, (uint64_t)i + 1, &computing, 0};
        REQUIRE(pthread_create(&threads[i], NULL, ask_many, &askers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(askers[i].wrong, 0);
    }
    CHECK(atomic_load(&alive) <= MEMO_KEPT);
    memo_close(memo);
    CHECK_INT(atomic_load(&alive), 0);
}
