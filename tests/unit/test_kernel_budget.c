/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets: what a period allows, whose turn it is among equals, the grace of
 * servers on lent time, and events whose time is spent.
 */
#include "fixture.h"

static struct party low, high, server;
static unsigned end;

/* `high` may use 10 of every 100 ticks; its period begins when init is done with this. */
static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    low = make_awake(10);
    high = make_awake(20);
    server = make_party(PASSIVE);
    end = give(&high, server.endpoint);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 7);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 10, 100);
    return 0;
}

static uint64_t consumed(const struct party *party)
{
    must(party->time, SCHED_CONTEXT_CONSUMED);
    return answer[0];
}

static void a_thread_that_used_its_budget_waits_for_the_next_period(void **state)
{
    (void)state;
    as(&high);
    advance(9);
    assert_true(runs(&high));
    advance(1);
    assert_true(runs(&low));
    advance(89);
    assert_true(runs(&low));
    advance(1);
    assert_true(runs(&high));
    as_init();
    must(high.cap, THREAD_INSPECT);
    assert_int_equal(answer[0], THREAD_READY);
    assert_int_equal(consumed(&high), 10);
}

static void a_spent_thread_says_so(void **state)
{
    (void)state;
    as(&high);
    advance(10);
    as_init();
    must(high.cap, THREAD_INSPECT);
    assert_int_equal(answer[0], THREAD_READY);
    assert_true((answer[1] & THREAD_FLAG_SPENT) != 0);
    must(high.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[0], 10);
    assert_int_equal(answer[1], 20);
    assert_int_equal(answer[2], 10);
    assert_int_equal(answer[3], 100);
    assert_int_equal(answer[5], 0);
}

static void what_is_left_at_the_end_of_a_period_is_lost(void **state)
{
    (void)state;
    as(&high);
    advance(4);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&low));
    advance(330);
    as_init();
    must(high.bell, NOTIFICATION_SIGNAL);
    as(&high);
    advance(9);
    assert_true(runs(&high));
    advance(1);
    assert_true(runs(&low));
    advance(55);
    assert_true(runs(&low)); /* periods follow one another: this one ends at 400 */
    advance(1);
    assert_true(runs(&high));
}

static void a_turn_that_reaches_into_the_next_period_uses_that_ones_budget(void **state)
{
    (void)state;
    as(&high);
    reply_recv(OWN_ENDPOINT, 0, 0);
    advance(95);
    as_init();
    must(high.bell, NOTIFICATION_SIGNAL);
    as(&high);
    advance(10);
    assert_true(runs(&high)); /* five of the old period, five of the new */
    advance(5);
    assert_true(runs(&low));
}

static void used_up_while_init_was_at_work_it_is_spent_when_it_runs_again(void **state)
{
    (void)state;
    as(&high);
    sim.now += 15;
    as_init();
    assert_int_equal(consumed(&high), 15);
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    advance(0);
    assert_true(runs(&low));
    advance(85);
    as(&high);
    advance(4);
    assert_true(runs(&high));
    advance(1);
    assert_true(runs(&low)); /* what was used too much was taken from this period */
}

static void equals_take_turns_by_their_budgets(void **state)
{
    struct party equal = make_awake(20);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 30, 30);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, equal.time, 0, 20, 50, 50);
    as(&high);
    for (unsigned turn = 0; turn < 5; turn++) {
        advance(29);
        assert_true(runs(&high));
        advance(1);
        assert_true(runs(&equal));
        advance(49);
        assert_true(runs(&equal));
        advance(1);
        assert_true(runs(&high));
    }
}

static void a_turn_with_a_tick_left_is_not_a_new_one(void **state)
{
    struct party equal = make_awake(20);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 30, 30);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, equal.time, 0, 20, 30, 30);
    as(&high);
    advance(29);
    as_init();
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    assert_true(runs(&high));
    advance(1);
    assert_true(runs(&equal));
}

static void whole_time_alone_needs_no_timer(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 30, 30);
    as(&high);
    assert_int_equal(sim.timer, UINT64_MAX);
    advance(1000);
    assert_true(runs(&high));
}

static void a_server_goes_on_within_its_grace_and_the_client_pays_back(void **state)
{
    (void)state;
    as(&high);
    advance(8);
    call(end, 0, 0);
    assert_true(runs(&server));
    advance(8);
    assert_true(runs(&server)); /* two of the budget and six of the grace */
    reply_recv(OWN_ENDPOINT, 0, 0);
    advance(0);
    assert_true(runs(&low));
    advance(84);
    assert_true(runs(&high));
    assert_status(&high, OK);
    advance(3);
    assert_true(runs(&high));
    advance(1);
    assert_true(runs(&low)); /* six of this period's ten were paid back */
}

static void past_its_grace_a_server_faults(void **state)
{
    (void)state;
    as(&high);
    advance(8);
    call(end, 0, 0);
    server.thread->frame.pc = 0x1234;
    advance(9);
    assert_true(init_runs());
    const uint64_t *x = here()->current->frame.x;

    assert_int_equal(thole_tag_kind(x[1]), KIND_FAULT);
    assert_int_equal(x[2], FAULT_TIMEOUT);
    assert_int_equal(x[3], 7);
    assert_int_equal(x[5], 0x1234);
    assert_state(&server, CALLING);
    assert_state(&high, CALLING);
    reply_recv(INIT_SLOT_ENDPOINT, THOLE_FAULT_STOP, 0);
    assert_true(runs(&low));
    assert_state(&server, STOPPED);
    advance(83);
    assert_true(runs(&high));
    assert_status(&high, PEER_DIED);
}

static void a_server_that_is_resumed_goes_on_in_the_next_period(void **state)
{
    (void)state;
    as(&high);
    advance(8);
    call(end, 0, 0);
    advance(9);
    assert_true(init_runs());
    reply_recv(INIT_SLOT_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_true(runs(&low));
    advance(82);
    assert_true(runs(&low));
    advance(1);
    assert_true(runs(&server)); /* three are left when seven were paid back, and the grace */
    advance(9);
    assert_true(runs(&server));
    advance(1);
    assert_true(init_runs());
}

/* Seven ticks too many: a grace of seven is used up, one of eight has a tick left. */
static void more_grace_lets_a_resumed_server_go_on_at_once(void **state)
{
    (void)state;
    as(&high);
    advance(8);
    call(end, 0, 0);
    advance(9);
    assert_true(init_runs());
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 8);
    reply_recv(INIT_SLOT_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_true(runs(&server));
    advance(1);
    assert_true(init_runs());
    assert_int_equal(here()->current->frame.x[2], FAULT_TIMEOUT);
}

/* The party waits for its bell, which the server can ring. */
static unsigned give_bell_of(struct party *party)
{
    as(party);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    return give(&server, party->bell);
}

static void ring(unsigned bell)
{
    system_call(SYSCALL_CALL, (struct registers){ .target = bell, .label = NOTIFICATION_SIGNAL });
}

/* The timer comes only afterwards: the books of what it used are closed by who ran in between. */
static void yield_after(uint64_t ticks)
{
    struct party urgent = make_awake(40);
    unsigned bell = give_bell_of(&urgent);

    as(&high);
    call(end, 0, 0);
    sim.now += ticks;
    ring(bell);
    assert_true(runs(&urgent));
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&server));
    yield();
}

static void a_server_with_a_tick_of_grace_may_yield(void **state)
{
    (void)state;
    yield_after(16);
    assert_true(runs(&server));
    assert_status(&server, OK);
}

static void a_server_without_grace_that_yields_faults(void **state)
{
    (void)state;
    yield_after(17);
    assert_true(init_runs());
    assert_int_equal(here()->current->frame.x[2], FAULT_TIMEOUT);
}

static void a_last_tick_is_what_is_left(void **state)
{
    (void)state;
    as(&high);
    advance(9);
    as_init();
    must(high.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[5], 1);
}

static void in_a_server_a_turn_ends_for_its_equals(void **state)
{
    struct party equal = make_awake(30);
    unsigned bell = give_bell_of(&equal);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 10, 10);
    as(&high);
    call(end, 0, 0);
    ring(bell);
    assert_true(runs(&server));
    advance(9);
    assert_true(runs(&server));
    advance(1);
    assert_true(runs(&equal));
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&server));
}

static void a_resumed_server_of_long_debts_faults_in_each_period(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 0);
    as(&high);
    call(end, 0, 0);
    sim.now += 25;
    interrupt();
    assert_true(init_runs());
    reply_recv(INIT_SLOT_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_true(runs(&low));
    advance(75);
    assert_true(init_runs()); /* at once: the debt was longer than the period's budget */
    reply_recv(INIT_SLOT_ENDPOINT, THOLE_FAULT_RESUME, 0);
    advance(100);
    assert_true(runs(&server));
    advance(4);
    assert_true(runs(&server));
}

static void without_a_handler_the_client_gets_an_error(void **state)
{
    struct party alone = make_party_on(PASSIVE, make(OBJECT_ENDPOINT), 0);
    unsigned to_alone = give(&high, alone.endpoint);

    (void)state;
    as(&high);
    call(to_alone, 0, 0);
    advance(10);
    assert_state(&alone, STOPPED);
    advance(0);
    assert_true(runs(&low));
    advance(90);
    assert_true(runs(&high));
    assert_status(&high, PEER_DIED);
}

static void in_a_chain_the_one_that_runs_needs_the_grace(void **state)
{
    struct party behind = make_party(PASSIVE);
    unsigned to_behind = give(&server, behind.endpoint);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, behind.cap, 30, 3);
    as(&high);
    call(end, 0, 0);
    call(to_behind, 0, 0);
    advance(12);
    assert_true(runs(&behind));
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&server));
    advance(4);
    assert_true(runs(&server));
    advance(1);
    assert_true(init_runs());
    assert_state(&server, CALLING);
}

static void whole_lent_time_never_ends(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 10, 10);
    as(&high);
    call(end, 0, 0);
    advance(1000);
    assert_true(runs(&server));
}

/* An event waits for the period of time that nobody has: whoever takes that ends this wait. */
static void a_suspended_thread_that_takes_spent_time_waits_for_no_period(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    as(&high);
    advance(10);
    as_init();
    must(bell, NOTIFICATION_BIND, server.endpoint, high.time);
    must(bell, NOTIFICATION_SIGNAL);
    must(high.cap, THREAD_BIND_TIME, 0);
    must(high.cap, THREAD_SUSPEND);
    must(high.cap, THREAD_BIND_TIME, high.time);
    must(high.cap, THREAD_INSPECT);
    assert_int_equal(answer[0], THREAD_READY);
    assert_int_equal(answer[1] & (THREAD_FLAG_SUSPENDED | THREAD_FLAG_SPENT), THREAD_FLAG_SUSPENDED);
    must(high.cap, THREAD_RESUME, 0);
    must(high.cap, THREAD_INSPECT);
    assert_int_equal(answer[1] & (THREAD_FLAG_SUSPENDED | THREAD_FLAG_SPENT), THREAD_FLAG_SPENT);
}

static void an_event_whose_time_is_spent_waits_for_the_next_period(void **state)
{
    unsigned time = make_time(40), bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 0, 40, 5, 50);
    must(bell, NOTIFICATION_BIND, server.endpoint, time);
    must(bell, NOTIFICATION_SIGNAL);
    as(&server);
    advance(5);
    assert_true(runs(&server));
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    must(bell, NOTIFICATION_SIGNAL);
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    advance(44);
    assert_false(runs(&server));
    advance(1);
    assert_true(runs(&server));
    assert_int_equal(got_kind(&server), KIND_SIGNAL);
}

/* Before the timer has told the first that its period has come; nobody is the worse for it. */
static void an_event_may_overtake_one_that_waits_for_a_period_just_over(void **state)
{
    unsigned time = make_time(40), bell = make(OBJECT_NOTIFICATION), other = make(OBJECT_NOTIFICATION);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 0, 40, 5, 50);
    must(bell, NOTIFICATION_BIND, server.endpoint, time);
    must(other, NOTIFICATION_BIND, server.endpoint, time);
    must(bell, NOTIFICATION_SIGNAL);
    as(&server);
    advance(5);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    must(bell, NOTIFICATION_SIGNAL);
    assert_int_equal(SENDER_WAITS_TIME, ((struct notification *)object_of(bell))->sender.state);
    sim.now += 60;
    must(other, NOTIFICATION_SIGNAL);
    assert_int_equal(SENDER_IN_SERVICE, ((struct notification *)object_of(other))->sender.state);
    as(&server);
    advance(1);
    assert_true(runs(&server));
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_int_equal(SENDER_IN_SERVICE, ((struct notification *)object_of(bell))->sender.state);
}

static void spent_time_that_is_deleted_leaves_no_deadline(void **state)
{
    unsigned time = make_time(40), bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 0, 40, 5, 50);
    must(bell, NOTIFICATION_BIND, server.endpoint, time);
    must(bell, NOTIFICATION_SIGNAL);
    as(&server);
    advance(5);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    must(bell, NOTIFICATION_SIGNAL);
    assert_true(deadline_pending(&((struct sched_context *)object_of(time))->next_period));
    assert_result(delete_slot(time), DONE);
    assert_null(deadlines_first(&here()->deadlines));
}

static void a_new_share_begins_at_once(void **state)
{
    (void)state;
    as(&high);
    advance(10);
    as_init();
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 3, 100);
    as(&high);
    advance(3);
    assert_true(runs(&low));
}

static void a_spent_thread_can_be_suspended_and_is_spent_when_it_is_resumed(void **state)
{
    (void)state;
    as(&high);
    advance(10);
    as_init();
    must(high.cap, THREAD_SUSPEND);
    must(high.cap, THREAD_RESUME);
    as(&low);
    as_init();
    must(high.cap, THREAD_SUSPEND);
    as(&low);
    advance(200);
    assert_true(runs(&low));
    as_init();
    must(high.cap, THREAD_RESUME);
    as(&high);
}

static void a_debt_of_many_periods_is_paid_period_by_period(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 1000);
    as(&high);
    call(end, 0, 0);
    advance(45); /* 35 too many */
    reply_recv(OWN_ENDPOINT, 0, 0);
    advance(0);
    assert_true(runs(&low));
    advance(354);
    assert_true(runs(&low));
    advance(1);
    assert_true(runs(&high));
    advance(5);
    assert_true(runs(&low));
}

static void limits_of_grace_and_period(void **state)
{
    (void)state;
    assert_result(invoke(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30,
                         (1ULL << 61) + 1), BAD_ARGUMENT);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 1ULL << 61);
    assert_result(invoke(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 1,
                         (1ULL << 61) + 1), BAD_ARGUMENT);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, high.time, 0, 20, 1ULL << 61, 1ULL << 61);
    as(&high);
    call(end, 0, 0);
    assert_true(runs(&server));
}

int main(void)
{
    const struct CMUnitTest budget_tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, boot)
        TEST(a_thread_that_used_its_budget_waits_for_the_next_period),
        TEST(a_spent_thread_says_so),
        TEST(what_is_left_at_the_end_of_a_period_is_lost),
        TEST(a_turn_that_reaches_into_the_next_period_uses_that_ones_budget),
        TEST(used_up_while_init_was_at_work_it_is_spent_when_it_runs_again),
        TEST(equals_take_turns_by_their_budgets),
        TEST(a_turn_with_a_tick_left_is_not_a_new_one),
        TEST(whole_time_alone_needs_no_timer),
        TEST(a_server_goes_on_within_its_grace_and_the_client_pays_back),
        TEST(past_its_grace_a_server_faults),
        TEST(a_server_that_is_resumed_goes_on_in_the_next_period),
        TEST(more_grace_lets_a_resumed_server_go_on_at_once),
        TEST(a_server_with_a_tick_of_grace_may_yield),
        TEST(a_server_without_grace_that_yields_faults),
        TEST(a_last_tick_is_what_is_left),
        TEST(in_a_server_a_turn_ends_for_its_equals),
        TEST(a_resumed_server_of_long_debts_faults_in_each_period),
        TEST(without_a_handler_the_client_gets_an_error),
        TEST(in_a_chain_the_one_that_runs_needs_the_grace),
        TEST(whole_lent_time_never_ends),
        TEST(a_suspended_thread_that_takes_spent_time_waits_for_no_period),
        TEST(an_event_whose_time_is_spent_waits_for_the_next_period),
        TEST(an_event_may_overtake_one_that_waits_for_a_period_just_over),
        TEST(spent_time_that_is_deleted_leaves_no_deadline),
        TEST(a_new_share_begins_at_once),
        TEST(a_spent_thread_can_be_suspended_and_is_spent_when_it_is_resumed),
        TEST(a_debt_of_many_periods_is_paid_period_by_period),
        TEST(limits_of_grace_and_period),
    };

    return RUN_EACH(budget_tests);
}
