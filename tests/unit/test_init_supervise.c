/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Init's supervision: what happens when a server ends, how long it takes until
 * it is tried again, and when not any more. Time and incarnations are the
 * test's own; the kernel only counts what is closed and opened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "print.h"
#include "server.h"

#define FREQUENCY 1000000u /* a tick is a microsecond */
#define MS        (FREQUENCY / 1000)

struct init init;

static uint64_t now;
static uint64_t timer_deadline;      /* UINT64_MAX: not armed */
static unsigned closes, opens, begins, ends, renewals, quotas_closed;
static wrong_t begin_wrong;          /* what the next begin says */
static unsigned enters;              /* that were done */
static unsigned enters_busy;         /* so many enters answer BUSY */
static unsigned ends_later;          /* so many ends are not done yet */
static char said[4096];

/* --- What supervise.c asks of the rest of init -------------------------------------------- */

uint64_t kernel_ticks(void)
{
    return now;
}

const char *result_text(enum thole_result result)
{
    return result == RESULT_DONE ? "done" : "refused";
}

wrong_t wrong_of(enum thole_result result)
{
    return result == RESULT_DONE ? NULL : result_text(result);
}

enum thole_result thole_invoke(unsigned slot, uint32_t label, unsigned words, const uint64_t *word)
{
    if (slot == init.timer) {
        assert_int_equal(label, TIMER_ARM);
        assert_int_equal(words, 1);
        timer_deadline = word[0];
    } else {
        assert_int_equal(slot, INIT_SLOT_CAPTABLE);
        closes += label == CAPTABLE_CLOSE;
        opens += label == CAPTABLE_OPEN;
    }
    return RESULT_DONE;
}

void print_line(const char *format, ...)
{
    size_t used = strlen(said);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(said + used, sizeof(said) - used, format, arguments);
    va_end(arguments);
    strcat(said, "\n");
}

void state_set(struct server *server, enum server_state state, const char *why, ...)
{
    va_list arguments;

    server->state = state;
    va_start(arguments, why);
    vsnprintf(server->why, sizeof(server->why), why, arguments);
    va_end(arguments);
}

wrong_t server_attach(struct server *server)
{
    (void)server;
    return NULL;
}

bool server_needs(const struct server *server, const struct server *other)
{
    return server == other || (server == &init.server[1] && other == &init.server[0]);
}

wrong_t incarnation_begin(struct server *server)
{
    assert_false(server->alive);
    server->alive = true;
    begins++;
    return begin_wrong;
}

enum thole_result incarnation_enter(struct server *server)
{
    assert_true(server->alive);
    if (enters_busy) {
        enters_busy--;
        return RESULT_BUSY;
    }
    enters++;
    return RESULT_DONE;
}

bool incarnation_end(struct server *server, bool renew)
{
    assert_true(!renew || server->start_wanted);
    if (ends_later) {
        ends_later--;
        return false;
    }
    ends += server->alive;
    renewals += renew;
    server->alive = false;
    return true;
}

void quota_close(struct quota *quota)
{
    (void)quota;
    quotas_closed++;
}

void fault_describe(const struct server *of, const struct message *message, char *buffer,
                    size_t bytes)
{
    (void)of;
    snprintf(buffer, bytes, "fault %u", (unsigned)message->word[0]);
}

void fault_details(struct server *server, const struct message *message)
{
    (void)server, (void)message;
    strcat(said, "details\n");
}

/* --- The world of a test --------------------------------------------------------------------- */

static struct server *const server = &init.server[0];
static struct server *const client = &init.server[1];

static int start(void **state)
{
    static const struct boot_info info = {.timer_frequency = FREQUENCY};
    (void)state;

    memset(&init, 0, sizeof(init));
    init.info = &info;
    init.timer = 100;
    init.system.server_count = 2;
    for (unsigned i = 0; i < 2; i++) {
        init.system.server[i] = (struct system_server){
            .name = i ? "client" : "server", .program = i ? "client" : "server",
            .device = -1, .restart = RESTART_ALWAYS, .restart_count = 4, .restart_seconds = 10};
        init.server[i].tree = &init.system.server[i];
    }
    now = 1000 * FREQUENCY;
    timer_deadline = UINT64_MAX;
    begin_wrong = NULL;
    enters = enters_busy = ends_later = 0;
    init.booted = true;
    server_start(server);
    server_start(client);
    enters = closes = opens = begins = ends = renewals = quotas_closed = 0;
    said[0] = '\0';
    return 0;
}

static void kill_it(void)
{
    server_ended(server, &(struct ending){.what = "killed", .failed = true});
}

/* Lets time pass until init's timer fires. */
static void timer_fires(void)
{
    retries_run(now);
    assert_true(timer_deadline != UINT64_MAX && timer_deadline >= now);
    now = timer_deadline;
    timer_deadline = UINT64_MAX;
    retries_run(now);
}

static void tree_set(enum restart_policy policy, uint32_t count)
{
    init.system.server[0].restart = policy;
    init.system.server[0].restart_count = count;
}

/* --- Tests -------------------------------------------------------------------------------------- */

static void the_first_restart_is_at_once(void **state)
{
    (void)state;
    kill_it();
    assert_int_equal(server->state, SERVER_RUNNING);
    assert_int_equal(server->restarts, 1);
    assert_int_equal(begins, 1);
    assert_int_equal(ends, 1);
    assert_int_equal(closes, 0);
    assert_string_equal(said, "server: killed (restart 1 in 0 ms)\n");
}

static void later_ones_wait_twice_as_long_each_time(void **state)
{
    static const unsigned ms[] = {10, 20, 40, 80, 160, 320, 640, 1280, 2000, 2000};
    (void)state;

    tree_set(RESTART_ALWAYS, 32);
    kill_it();
    for (unsigned i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
        uint64_t before = now;

        kill_it();
        assert_int_equal(server->state, SERVER_WAITING);
        timer_fires();
        assert_int_equal(server->state, SERVER_RUNNING);
        assert_int_equal(now - before, (uint64_t)ms[i] * MS);
    }
}

static void a_long_back_off_is_told_to_clients_at_once(void **state)
{
    (void)state;
    tree_set(RESTART_ALWAYS, 32);
    for (unsigned i = 0; i < 5; i++) {
        kill_it();
        if (server->state == SERVER_WAITING && i < 4) {
            timer_fires();
        }
    }
    assert_int_equal(closes, 0);
    timer_fires();
    kill_it();
    assert_int_equal(closes, 1);
}

static void too_many_restarts_in_the_time_are_the_last(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        kill_it();
        if (server->state == SERVER_WAITING) {
            timer_fires();
        }
    }
    assert_int_equal(server->state, SERVER_FAILED);
    assert_int_equal(server->restarts, 4);
    assert_int_equal(closes, 1);
    assert_int_equal(quotas_closed, 1);
    assert_non_null(strstr(said, "server: failed: restarted 4 times in 10 s\n"));
    assert_non_null(strstr(said, "client: needs server, which is gone\n"));
    assert_string_equal(server->why, "restarted 4 times in 10 s: killed");
}

static void a_start_by_request_begins_anew(void **state)
{
    (void)state;
    too_many_restarts_in_the_time_are_the_last(state);
    server_start(server);
    assert_int_equal(server->state, SERVER_RUNNING);
    kill_it();
    assert_int_equal(server->state, SERVER_RUNNING);
    assert_null(strstr(said, "server: needs"));
}

static void restarts_further_apart_do_not_count(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        now += 11 * (uint64_t)FREQUENCY;
        kill_it();
        assert_int_equal(server->state, SERVER_RUNNING);
    }
    assert_int_equal(server->restarts, 20);
}

static void a_good_end_is_no_failure(void **state)
{
    static const struct message ended = {.word = {FAULT_EXIT, 0}};
    (void)state;

    tree_set(RESTART_ON_FAILURE, 4);
    server_fault(server, &ended);
    assert_int_equal(server->state, SERVER_STOPPED);
    assert_int_equal(quotas_closed, 1);
    assert_int_equal(closes, 1);
    assert_int_equal(begins, 0);
}

static void a_bad_end_is_one(void **state)
{
    static const struct message ended = {.word = {FAULT_EXIT, 3}};
    (void)state;

    tree_set(RESTART_ON_FAILURE, 4);
    server_fault(server, &ended);
    assert_int_equal(server->state, SERVER_RUNNING);
    assert_int_equal(server->restarts, 1);
}

static void an_end_for_good_is_the_last(void **state)
{
    static const struct message first = {.word = {FAULT_EXIT, PROGRAM_EXIT_FOR_GOOD}},
                                last = {.word = {FAULT_EXIT, PROGRAM_EXIT_FOR_GOOD + 255}};
    (void)state;

    tree_set(RESTART_ON_FAILURE, 4);
    server_fault(server, &first);
    assert_int_equal(server->state, SERVER_FAILED);
    assert_int_equal(begins, 0);
    assert_int_equal(closes, 1);
    assert_int_equal(quotas_closed, 1);
    server_start(server);
    assert_int_equal(server->state, SERVER_RUNNING);
    server_fault(server, &last);
    assert_int_equal(server->state, SERVER_FAILED);
    assert_int_equal(server->restarts, 0);
}

static void an_end_that_only_looks_like_it_is_a_bad_one(void **state)
{
    static const struct message other[] = {{.word = {FAULT_EXIT, PROGRAM_EXIT_FOR_GOOD - 1}},
                                           {.word = {FAULT_EXIT, PROGRAM_EXIT_FOR_GOOD + 256}},
                                           {.word = {FAULT_READ, PROGRAM_EXIT_FOR_GOOD}}};
    (void)state;

    tree_set(RESTART_ON_FAILURE, 4);
    for (unsigned i = 0; i < 3; i++) {
        now += 11 * (uint64_t)FREQUENCY;
        server_fault(server, &other[i]);
        assert_int_equal(server->state, SERVER_RUNNING);
        assert_int_equal(server->restarts, i + 1);
    }
}

static void who_is_always_restarted_is_so_whatever_he_says(void **state)
{
    static const struct message ended = {.word = {FAULT_EXIT, PROGRAM_EXIT_FOR_GOOD}};
    (void)state;

    tree_set(RESTART_ALWAYS, 4);
    server_fault(server, &ended);
    assert_int_equal(server->state, SERVER_RUNNING);
    assert_int_equal(server->restarts, 1);
}

static void a_timeout_is_one(void **state)
{
    static const struct message timeout = {.word = {FAULT_TIMEOUT, 1000000}};
    (void)state;

    tree_set(RESTART_ON_FAILURE, 4);
    server_fault(server, &timeout);
    assert_int_equal(server->state, SERVER_RUNNING);
    assert_int_equal(server->restarts, 1);
    assert_int_equal(begins, 1);
    assert_non_null(strstr(said, "details\n"));
}

static void who_is_never_restarted_stays_failed(void **state)
{
    static const struct message fault = {.word = {FAULT_WRITE}};
    (void)state;

    tree_set(RESTART_NEVER, 4);
    server_fault(server, &fault);
    assert_int_equal(server->state, SERVER_FAILED);
    assert_int_equal(begins, 0);
    assert_non_null(strstr(said, "details\n"));
}

static void details_are_told_of_the_first_fault_only(void **state)
{
    static const struct message fault = {.word = {FAULT_WRITE}};
    char *first;
    (void)state;

    server_fault(server, &fault);
    server_fault(server, &fault);
    first = strstr(said, "details\n");
    assert_non_null(first);
    assert_null(strstr(first + 1, "details\n"));
}

static void a_fault_of_who_has_ended_meanwhile_is_nothing(void **state)
{
    static const struct message fault = {.word = {FAULT_WRITE}};
    (void)state;

    server_stop(server, "by request");
    said[0] = '\0';
    server_fault(server, &fault);
    assert_string_equal(said, "");
    assert_int_equal(server->state, SERVER_STOPPED);
}

static void a_stop_during_the_back_off_is_for_good(void **state)
{
    (void)state;
    kill_it();
    kill_it();
    assert_int_equal(server->state, SERVER_WAITING);
    server_stop(server, "by request");
    assert_int_equal(server->retry_at, 0);
    now += 100 * (uint64_t)FREQUENCY;
    retries_run(now);
    assert_int_equal(server->state, SERVER_STOPPED);
    assert_false(server->alive);
}

static void time_that_is_lent_out_is_waited_for(void **state)
{
    (void)state;
    enters_busy = 3;
    kill_it();
    assert_int_equal(server->state, SERVER_WAITING);
    timer_fires();
    timer_fires();
    timer_fires();
    assert_int_equal(server->state, SERVER_RUNNING);
    assert_int_equal(begins, 1);
}

static void an_end_that_takes_longer_is_tried_again(void **state)
{
    (void)state;
    ends_later = 2;
    kill_it();
    assert_true(server->dying);
    timer_fires();
    assert_int_equal(begins, 0);
    timer_fires();
    assert_int_equal(server->state, SERVER_RUNNING);
    assert_int_equal(begins, 1);
}

static void a_stop_that_takes_longer_gives_the_memory_back_later(void **state)
{
    (void)state;
    ends_later = 2;
    server_stop(server, "by request");
    assert_int_equal(quotas_closed, 0);
    timer_fires();
    timer_fires();
    assert_int_equal(quotas_closed, 1);
    assert_int_equal(server->state, SERVER_STOPPED);
}

static void who_cannot_begin_is_failed_and_leaves_nothing(void **state)
{
    (void)state;
    begin_wrong = "memory-kib is too small for it";
    kill_it();
    assert_int_equal(server->state, SERVER_FAILED);
    assert_false(server->alive);
    assert_int_equal(quotas_closed, 1);
    assert_non_null(strstr(said, "server: not started: memory-kib is too small for it\n"));
}

static void a_restart_by_request_counts_no_failure(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        server_restart(server);
        assert_int_equal(server->state, SERVER_RUNNING);
    }
    assert_int_equal(server->restarts, 0);
    assert_int_equal(server->failures, 0);
    assert_int_equal(quotas_closed, 0);
}

/* Each says "started", and runs when all have: the line is init's alone until then. */
static void nobody_runs_before_the_boot_is_over(void **state)
{
    (void)state;
    init.booted = false;
    server_stop(server, "asked");
    server_stop(client, "asked");
    said[0] = '\0';
    server_start(server);
    begin_wrong = "it is broken";
    server_start(client);
    assert_int_equal(server->state, SERVER_RUNNING);
    assert_string_equal(said, "server: started\nclient: not started: it is broken\n");
    assert_int_equal(enters, 0);
    init.booted = true;
    server_release(server);
    server_release(client);
    assert_int_equal(enters, 1);
    assert_int_equal(begins, 2);
    assert_int_equal(client->state, SERVER_FAILED);
}

static void who_cannot_run_at_once_after_the_boot_is_tried_again(void **state)
{
    (void)state;
    init.booted = false;
    server_restart(server);
    init.booted = true;
    enters_busy = 1;
    server_release(server);
    assert_int_equal(enters, 0);
    timer_fires();
    assert_int_equal(enters, 1);
    assert_int_equal(server->state, SERVER_RUNNING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(the_first_restart_is_at_once),
        TEST(later_ones_wait_twice_as_long_each_time),
        TEST(a_long_back_off_is_told_to_clients_at_once),
        TEST(too_many_restarts_in_the_time_are_the_last),
        TEST(a_start_by_request_begins_anew),
        TEST(restarts_further_apart_do_not_count),
        TEST(a_good_end_is_no_failure),
        TEST(a_bad_end_is_one),
        TEST(an_end_for_good_is_the_last),
        TEST(an_end_that_only_looks_like_it_is_a_bad_one),
        TEST(who_is_always_restarted_is_so_whatever_he_says),
        TEST(a_timeout_is_one),
        TEST(who_is_never_restarted_stays_failed),
        TEST(details_are_told_of_the_first_fault_only),
        TEST(a_fault_of_who_has_ended_meanwhile_is_nothing),
        TEST(a_stop_during_the_back_off_is_for_good),
        TEST(time_that_is_lent_out_is_waited_for),
        TEST(an_end_that_takes_longer_is_tried_again),
        TEST(a_stop_that_takes_longer_gives_the_memory_back_later),
        TEST(who_cannot_begin_is_failed_and_leaves_nothing),
        TEST(a_restart_by_request_counts_no_failure),
        TEST(nobody_runs_before_the_boot_is_over),
        TEST(who_cannot_run_at_once_after_the_boot_is_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
