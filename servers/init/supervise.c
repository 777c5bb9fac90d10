/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting, stopping, and what happens when a server ends: at once again the
 * first time, then after a back-off that doubles, and not at all when that
 * happens too often. Init never waits for any of it: what cannot be done now is
 * tried again when init's timer fires.
 */
#include "server.h"

#include <libfdt.h>
#include <string.h>

#include "print.h"

#define BACKOFF_FIRST_MS 10
#define BACKOFF_MAX_MS   2000
#define CLOSE_FROM_MS    100  /* a longer back-off is told to clients at once */
#define RETRY_MS         1    /* for time that is lent to come home */

static uint64_t ticks_of_ms(uint64_t ms)
{
    return ms * init.info->timer_frequency / 1000;
}

static void endpoint_close(const struct server *server)
{
    INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, server->endpoint);
}

static void endpoint_open(const struct server *server)
{
    INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_OPEN, server->endpoint);
}

static void retry_in(struct server *server, uint64_t ms)
{
    server->retry_at = kernel_ticks() + ticks_of_ms(ms);
}

/* --- The end of an incarnation ---------------------------------------------------------- */

/* Who cannot go on without it hears so from the log. */
static void dependents_tell(const struct server *server)
{
    for (unsigned i = 0; i < init.system.server_count; i++) {
        const struct server *other = &init.server[i];

        if (other != server && other->state == SERVER_RUNNING && server_needs(other, server)) {
            print_line("%s: needs %s, which is gone", other->tree->name, server->tree->name);
        }
    }
}

/* Ends the incarnation, or sees to it that this is tried again. */
static void end_try(struct server *server)
{
    server->dying = !incarnation_end(server, server->start_wanted);
    if (server->dying) {
        retry_in(server, RETRY_MS);
    } else if (!server->start_wanted) {
        quota_close(&server->now.quota);
    }
}

static void end_for_good(struct server *server)
{
    endpoint_close(server);
    server->start_wanted = false;
    server->retry_at = 0;
    end_try(server);
}

/* --- Starting ----------------------------------------------------------------------------- */

static void start_failed(struct server *server, const char *wrong)
{
    state_set(server, SERVER_FAILED, "%s", wrong);
    print_line("%s: not started: %s", server->tree->name, wrong);
    end_for_good(server);
    dependents_tell(server);
}

/*
 * One try to begin an incarnation, or to let one run that has begun. While init boots it
 * writes to the serial line itself: nobody runs yet, or on another core the line's driver
 * would write between init's letters.
 */
static void start_try(struct server *server)
{
    wrong_t wrong = server->alive ? NULL : incarnation_begin(server);
    enum thole_result result = wrong || !init.booted ? RESULT_DONE : incarnation_enter(server);

    if (!wrong && result == RESULT_BUSY) {
        retry_in(server, RETRY_MS);
        return;
    }
    wrong = wrong ? wrong : wrong_of(result);
    if (wrong) {
        start_failed(server, wrong);
        return;
    }
    server->start_wanted = false;
    server->retry_at = 0;
    endpoint_open(server);
    state_set(server, SERVER_RUNNING, "%s", "");
}

static void started_tell(const struct server *server)
{
    char path[128];

    if (server->tree->device >= 0 &&
        fdt_get_path(init.tree, server->tree->device, path, sizeof(path)) == 0) {
        print_line("%s: started (%s at %s)", server->tree->name, server->tree->program, path);
    } else if (strcmp(server->tree->name, server->tree->program) != 0) {
        print_line("%s: started (%s)", server->tree->name, server->tree->program);
    } else {
        print_line("%s: started", server->tree->name);
    }
}

void server_start(struct server *server)
{
    wrong_t wrong = server_attach(server);

    server->failures = 0;
    server->start_wanted = true;
    state_set(server, SERVER_WAITING, "is being started");
    if (wrong) {
        start_failed(server, wrong);
    } else if (!server->dying) {
        start_try(server);
    }
    if (server->state == SERVER_RUNNING) {
        started_tell(server);
    }
}

void server_release(struct server *server)
{
    if (server->state == SERVER_RUNNING) {
        server->start_wanted = true;
        start_try(server);
    }
}

void server_stop(struct server *server, const char *why)
{
    state_set(server, SERVER_STOPPED, "%s", why);
    print_line("%s: stopped: %s", server->tree->name, why);
    end_for_good(server);
    dependents_tell(server);
}

void server_restart(struct server *server)
{
    server->start_wanted = true;
    server->failures = 0;
    state_set(server, SERVER_WAITING, "is being restarted");
    end_try(server);
    if (!server->dying) {
        server_start(server);
    }
}

/* --- What to do when it has ended --------------------------------------------------------- */

/* Notes a failure; how many there were within the time of restart-limit, this one included. */
static unsigned failure_note(struct server *server)
{
    uint64_t now = kernel_ticks();
    uint64_t span = ticks_of_ms((uint64_t)server->tree->restart_seconds * 1000);
    unsigned kept = 0;

    for (unsigned i = 0; i < server->failures; i++) {
        if (now - server->failure_at[i] < span) {
            server->failure_at[kept++] = server->failure_at[i];
        }
    }
    server->failure_at[kept++] = now;
    server->failures = kept;
    return kept;
}

static uint64_t backoff_ms(unsigned failures)
{
    uint64_t ms = BACKOFF_FIRST_MS;

    if (failures <= 1) {
        return 0;
    }
    while (failures-- > 2 && ms < BACKOFF_MAX_MS) {
        ms *= 2;
    }
    return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* While the thread is there: registers and callers, but not every time in a row. */
static void details_tell(struct server *server, const struct ending *ending)
{
    if (ending->fault && server->failures <= 1) {
        fault_details(server, ending->fault);
    }
}

static void restart_after(struct server *server, const struct ending *ending, uint64_t ms)
{
    server->restarts++;
    server->start_wanted = true;
    state_set(server, SERVER_WAITING, "%s", ending->what);
    print_line("%s: %s (restart %u in %lu ms)", server->tree->name, ending->what,
               server->restarts, (unsigned long)ms);
    details_tell(server, ending);
    if (ms >= CLOSE_FROM_MS) {
        endpoint_close(server);
    }
    end_try(server);
    if (ms) {
        retry_in(server, ms);
    } else if (!server->dying) {
        start_try(server);
    }
}

static void give_up(struct server *server, const struct ending *ending)
{
    uint32_t count = server->tree->restart_count, seconds = server->tree->restart_seconds;

    state_set(server, SERVER_FAILED, "restarted %u times in %u s: %s", count, seconds,
              ending->what);
    print_line("%s: %s", server->tree->name, ending->what);
    print_line("%s: failed: restarted %u times in %u s", server->tree->name, count, seconds);
    end_for_good(server);
    dependents_tell(server);
}

static void end_by_policy(struct server *server, const struct ending *ending)
{
    state_set(server, ending->failed ? SERVER_FAILED : SERVER_STOPPED, "%s", ending->what);
    print_line("%s: %s (%s)", server->tree->name, ending->what,
               ending->failed ? "failed" : "stopped");
    details_tell(server, ending);
    end_for_good(server);
    dependents_tell(server);
}

void server_ended(struct server *server, const struct ending *ending)
{
    enum restart_policy policy = server->tree->restart;
    unsigned failures;

    if (policy == RESTART_NEVER ||
        (policy == RESTART_ON_FAILURE && (!ending->failed || ending->for_good))) {
        end_by_policy(server, ending);
        return;
    }
    failures = failure_note(server);
    if (failures > server->tree->restart_count) {
        give_up(server, ending);
    } else {
        restart_after(server, ending, backoff_ms(failures));
    }
}

/* Does the exit say so? */
static bool is_for_good(const struct message *message)
{
    return message->word[0] == FAULT_EXIT && message->word[1] >= PROGRAM_EXIT_FOR_GOOD &&
           message->word[1] - PROGRAM_EXIT_FOR_GOOD <= UINT8_MAX;
}

void server_fault(struct server *server, const struct message *message)
{
    char what[sizeof(server->why)];
    bool exit = message->word[0] == FAULT_EXIT;

    if (!server->alive || server->state != SERVER_RUNNING) {
        return; /* it was ended meanwhile */
    }
    fault_describe(server, message, what, sizeof(what));
    server_ended(server, &(struct ending){.what = what,
                                          .failed = !exit || message->word[1] != 0,
                                          .for_good = is_for_good(message),
                                          .fault = exit ? NULL : message});
}

/* --- Later ---------------------------------------------------------------------------------- */

static void retry(struct server *server)
{
    server->retry_at = 0;
    if (server->dying) {
        end_try(server);
    }
    if (server->start_wanted && !server->dying) {
        start_try(server);
    }
}

void retries_run(uint64_t now)
{
    uint64_t next = UINT64_MAX;

    for (unsigned i = 0; i < init.system.server_count; i++) {
        struct server *server = &init.server[i];

        if (server->retry_at && server->retry_at <= now) {
            retry(server);
        }
        if (server->retry_at && server->retry_at < next) {
            next = server->retry_at;
        }
    }
    if (next != UINT64_MAX) {
        INVOKE(init.timer, TIMER_ARM, next);
    }
}
