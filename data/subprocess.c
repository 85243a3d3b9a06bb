#include "data/subprocess.h"

#include "data/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 100 /* how often `cancelled` and the clock are looked at */, NOT_STARTED = 127 };

enum status subprocess_find(const char *name, char path[4096])
{
    const char *folders = getenv("PATH");
    if (!folders || !*folders)
        folders = "/usr/local/bin:/usr/bin:/bin";
    while (*folders) {
        size_t length = strcspn(folders, ":");
        int size = snprintf(path, 4096, "%.*s/%s", (int)length, folders, name);
        struct stat info;
        if (length > 0 && folders[0] == '/' && size < 4096 && stat(path, &info) == 0 &&
            S_ISREG(info.st_mode) && access(path, X_OK) == 0)
            return STATUS_OK;
        folders += length + (folders[length] == ':');
    }
    path[0] = '\0';
    return STATUS_NOT_FOUND;
}

static void limit(int resource, size_t most)
{
    const struct rlimit value = {most, most};
    setrlimit((__rlimit_resource_t)resource, &value);
}

/* In the child, between fork and exec: only what is safe there in a program of many threads. */
__attribute__((noreturn)) static void become(const struct subprocess *job, int output,
                                             int complaints)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    umask(077);
    /* A network of its own, with nothing in it; where that is not allowed the caller's choice of
     * drivers has to do. */
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        errno = 0;
    int nothing = open("/dev/null", O_RDWR);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
        dup2(output >= 0 ? output : nothing, STDOUT_FILENO) >= 0 &&
        dup2(complaints, STDERR_FILENO) >= 0 && chdir(job->folder) == 0 &&
        close_range(STDERR_FILENO + 1, ~0u, 0) == 0) {
        limit(RLIMIT_CPU, job->max_seconds);
        limit(RLIMIT_AS, job->max_memory_bytes);
        limit(RLIMIT_FSIZE, job->max_file_bytes);
        limit(RLIMIT_NOFILE, 64);
        limit(RLIMIT_CORE, 0);
        execve(job->program, job->arguments, job->environment);
    }
    _exit(NOT_STARTED);
}

static int64_t clock_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* What it writes to stderr: the beginning is kept, the rest read and dropped. */
struct complaints {
    int fd;
    bool ended;
    char text[4096];
    size_t length;
};

static void read_complaints(struct complaints *complaints)
{
    enum { READS = 64 /* at one look: who complains without end keeps nobody from the clock */ };
    for (int i = 0; i < READS; i++) {
        char dropped[1024];
        size_t room = sizeof complaints->text - complaints->length;
        ssize_t got = room ? read(complaints->fd, complaints->text + complaints->length, room)
                           : read(complaints->fd, dropped, sizeof dropped);
        if (got > 0 && room)
            complaints->length += (size_t)got;
        if (got == 0)
            complaints->ended = true;
        if (got <= 0)
            return; /* the end, or nothing more for now: the pipe does not block */
    }
}

/* Until it ends by itself (true), or the time is over or somebody cancels (false). */
static bool wait_for_end(const struct subprocess *job, int child, struct complaints *complaints,
                         bool *cancelled)
{
    const int64_t deadline = clock_ms() + (int64_t)job->max_seconds * 1000;
    while (clock_ms() < deadline) {
        struct pollfd fds[2] = {{.fd = child, .events = POLLIN},
                                {.fd = complaints->ended ? -1 : complaints->fd, .events = POLLIN}};
        poll(fds, 2, LOOK_MS);
        read_complaints(complaints);
        if (fds[0].revents)
            return true;
        *cancelled = job->cancelled && atomic_load(job->cancelled);
        if (*cancelled)
            return false;
    }
    return false;
}

/* The first line that is no mere warning. */
static void keep_first_line(const struct complaints *complaints, char line[200])
{
    const char *at = complaints->text, *end = at + complaints->length;
    for (;;) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        bool is_warning = end - at >= 7 && strncasecmp(at, "warning", 7) == 0;
        if (!next || !is_warning)
            break;
        at = next + 1;
    }
    size_t length = 0;
    while (length < (size_t)(end - at) && length < 199 && at[length] != '\n')
        length++;
    length = text_utf8_length(at, length);
    for (size_t i = 0; i < length; i++)
        line[i] = (unsigned char)at[i] < ' ' || at[i] == 0x7F ? ' ' : at[i];
    line[length] = '\0';
}

static void judge(int status, bool by_itself, struct subprocess_end *end)
{
    if (!by_itself) {
        end->outcome = SUBPROCESS_TOO_SLOW;
    } else if (WIFEXITED(status)) {
        end->code = WEXITSTATUS(status);
        end->outcome = end->code ? SUBPROCESS_FAILED : SUBPROCESS_SUCCEEDED;
    } else {
        end->code = WTERMSIG(status);
        end->outcome = end->code == SIGXFSZ   ? SUBPROCESS_TOO_LARGE
                       : end->code == SIGXCPU ? SUBPROCESS_TOO_SLOW
                                              : SUBPROCESS_CRASHED;
    }
}

static enum status supervise(const struct subprocess *job, pid_t pid, int complaints_fd,
                             struct subprocess_end *end, struct error *error)
{
    struct complaints complaints = {.fd = complaints_fd};
    bool cancelled = false, by_itself = false;
    int child = pidfd_open(pid, 0);
    if (child >= 0) {
        fcntl(child, F_SETFD, FD_CLOEXEC);
        by_itself = wait_for_end(job, child, &complaints, &cancelled);
        close(child);
    }
    kill(-pid, SIGKILL); /* it, or whatever it left behind */
    kill(pid, SIGKILL);  /* it may not have got as far as a group of its own */
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    read_complaints(&complaints);
    if (child < 0)
        return error_set(error, STATUS_IO, "%s cannot be watched", job->program);
    if (cancelled)
        return error_set(error, STATUS_CANCELLED, "reading was cancelled");
    judge(status, by_itself, end);
    keep_first_line(&complaints, end->complaint);
    if (end->outcome == SUBPROCESS_FAILED && end->code == NOT_STARTED)
        return error_set(error, STATUS_IO, "%s cannot be started", job->program);
    return STATUS_OK;
}

enum status subprocess_run(const struct subprocess *job, struct subprocess_end *end,
                           struct error *error)
{
    *end = (struct subprocess_end){0};
    int pipe_fds[2], output = -1;
    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return error_set(error, STATUS_IO, "no pipe for %s: %s", job->program, strerror(errno));
    enum status status = STATUS_OK;
    if (job->output &&
        (output = open(job->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
        status = error_set(error, STATUS_IO, "no file for the output of %s: %s", job->program,
                           strerror(errno));
    if (!status) {
        pid_t pid = fork();
        if (pid == 0)
            become(job, output, pipe_fds[1]);
        close(pipe_fds[1]);
        pipe_fds[1] = -1;
        if (pid < 0) {
            status =
                error_set(error, STATUS_IO, "no process for %s: %s", job->program, strerror(errno));
        } else {
            setpgid(pid, pid);
            status = supervise(job, pid, pipe_fds[0], end, error);
        }
    }
    if (output >= 0)
        close(output);
    if (pipe_fds[1] >= 0)
        close(pipe_fds[1]);
    close(pipe_fds[0]);
    return status;
}
