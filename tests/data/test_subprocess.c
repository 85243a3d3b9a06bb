#include "data/subprocess.h"
#include "tests/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Run a line of shell in the test's folder, its stdout in FOLDER/output. */
static struct subprocess_end run_shell(char *line, uint32_t max_seconds, size_t max_file_bytes,
                                       const atomic_bool *cancelled, enum status expected)
{
    char output[4400];
    snprintf(output, sizeof output, "%s/output", test_folder());
    remove(output);
    char *arguments[] = {"sh", "-c", line, NULL}, *environment[] = {"ONLY=this", NULL};
    struct subprocess job = {.program = "/bin/sh",
                             .arguments = arguments,
                             .environment = environment,
                             .folder = test_folder(),
                             .output = output,
                             .max_seconds = max_seconds,
                             .max_memory_bytes = 1 << 30,
                             .max_file_bytes = max_file_bytes,
                             .cancelled = cancelled};
    struct subprocess_end end;
    struct error error = {0};
    CHECK_INT(subprocess_run(&job, &end, &error), expected);
    return end;
}

static char *read_output(void)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/output", test_folder());
    return test_read_file(path, NULL);
}

TEST(subprocess_ends_as_the_program_ends)
{
    struct subprocess_end end = run_shell("echo said; exit 0", 10, 1 << 20, NULL, STATUS_OK);
    CHECK_INT(end.outcome, SUBPROCESS_SUCCEEDED);
    CHECK_TEXT(end.complaint, "");
    char *said = read_output();
    CHECK_TEXT(said, "said\n");
    free(said);
    end = run_shell("echo Warning: minor >&2; echo 'not \tso' >&2; echo more >&2; exit 3", 10,
                    1 << 20, NULL, STATUS_OK);
    CHECK_INT(end.outcome, SUBPROCESS_FAILED);
    CHECK_INT(end.code, 3);
    CHECK_TEXT(end.complaint, "not  so");
    end = run_shell("kill -SEGV $$", 10, 1 << 20, NULL, STATUS_OK);
    CHECK_INT(end.outcome, SUBPROCESS_CRASHED);
    CHECK_INT(end.code, SIGSEGV);
}

TEST(subprocess_inherits_nothing)
{
    REQUIRE(setenv("SECRET", "1", 1) == 0);
    FILE *open_file = fopen("/dev/null", "r");
    REQUIRE(open_file);
    run_shell("echo \"$ONLY$SECRET\"; cd /proc/self/fd; echo *; ulimit -c; cat", 10, 1 << 20, NULL,
              STATUS_OK);
    char *said = read_output();
    CHECK_CONTAINS(said, "this\n0 1 2");
    CHECK(!strstr(said, " 4"));
    free(said);
    fclose(open_file);
}

TEST(subprocess_is_stopped_when_it_takes_too_long)
{
    time_t started = time(NULL);
    struct subprocess_end end = run_shell("sleep 60", 1, 1 << 20, NULL, STATUS_OK);
    CHECK_INT(end.outcome, SUBPROCESS_TOO_SLOW);
    CHECK(time(NULL) - started < 20);
}

TEST(subprocess_is_stopped_when_its_file_grows_too_large)
{
    struct subprocess_end end =
        run_shell("exec head -c 3000000 /dev/zero", 10, 1 << 20, NULL, STATUS_OK);
    CHECK_INT(end.outcome, SUBPROCESS_TOO_LARGE);
    char *said = read_output();
    free(said);
}

TEST(subprocess_that_writes_much_to_stderr_does_not_hang)
{
    struct subprocess_end end = run_shell(
        "i=0; while [ $i -lt 3000 ]; do echo 'a long line of complaint, again and again' >&2; "
        "i=$((i+1)); done; exit 4",
        20, 1 << 20, NULL, STATUS_OK);
    CHECK_INT(end.code, 4);
    CHECK_CONTAINS(end.complaint, "a long line");
}

TEST(subprocess_is_not_held_up_by_who_complains_without_end)
{
    time_t started = time(NULL);
    struct subprocess_end end = run_shell("for i in 1 2 3; do setsid yes complaint >&2 & done; "
                                          "sleep 1; exit 3",
                                          30, 1 << 20, NULL, STATUS_OK);
    CHECK_INT(end.code, 3);
    CHECK_CONTAINS(end.complaint, "complaint");
    CHECK(time(NULL) - started < 20);
}

TEST(subprocess_leaves_no_children_behind)
{
    run_shell("sleep 300 & echo $!", 10, 1 << 20, NULL, STATUS_OK);
    char *said = read_output();
    long pid = strtol(said, NULL, 10);
    REQUIRE(pid > 1);
    bool gone = false;
    for (int i = 0; i < 100 && !gone; i++) {
        char path[64], state[256] = "";
        snprintf(path, sizeof path, "/proc/%ld/stat", pid);
        FILE *file = fopen(path, "r");
        gone = !file || !fgets(state, sizeof state, file) || strstr(state, ") Z");
        if (file)
            fclose(file);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    CHECK(gone);
    free(said);
}

TEST(subprocess_can_be_cancelled)
{
    atomic_bool cancelled = true;
    time_t started = time(NULL);
    run_shell("sleep 60", 60, 1 << 20, &cancelled, STATUS_CANCELLED);
    CHECK(time(NULL) - started < 20);
}

TEST(subprocess_finds_programs_in_the_folders_of_path)
{
    char path[4096];
    REQUIRE(setenv("PATH", "relative::/nowhere:/bin:/usr/bin", 1) == 0);
    REQUIRE_OK(subprocess_find("sh", path), NULL);
    CHECK_TEXT(path, "/bin/sh");
    CHECK_INT(subprocess_find("no-such-program", path), STATUS_NOT_FOUND);
    REQUIRE(setenv("PATH", "/nowhere", 1) == 0);
    CHECK_INT(subprocess_find("sh", path), STATUS_NOT_FOUND);
    char *arguments[] = {"x", NULL}, *environment[] = {NULL};
    struct subprocess job = {.program = "/nowhere/x",
                             .arguments = arguments,
                             .environment = environment,
                             .folder = test_folder(),
                             .max_seconds = 5,
                             .max_memory_bytes = 1 << 30,
                             .max_file_bytes = 1 << 20};
    struct subprocess_end end;
    struct error error = {0};
    CHECK_INT(subprocess_run(&job, &end, &error), STATUS_IO);
    CHECK_CONTAINS(error.message, "/nowhere/x cannot be started");
}
