/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CANCEL_BADGE: the queued callers of one badge, a bounded part at a time, and
 * what may happen to the queue between the parts.
 */
#include "fixture.h"

#include <string.h>

#define PRIORITY 20 /* of the first caller; each is more urgent than the one before */
#define URGENT  50
#define CALLERS 24
#define MINE    5
#define OTHERS  6

static struct party caller[CALLERS];
static unsigned queue, of_me, of_others;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    queue = make(OBJECT_ENDPOINT);
    of_me = mint(queue, RIGHTS_ALL, MINE);
    of_others = mint(queue, RIGHTS_ALL, OTHERS);
    return 0;
}

/* One more caller is queued; `end` is the capability that it calls. */
static void add(unsigned index, unsigned end)
{
    unsigned slot;

    caller[index] = make_party(PRIORITY + index);
    must(caller[index].cap, THREAD_CANCEL); /* its first wait: it runs */
    slot = give(&caller[index], end);
    as(&caller[index]);
    call(slot, 0, index);
    as_init();
    assert_state(&caller[index], CALLING);
}

/*
 * `pattern`: one letter a caller, m mine, o another's, in the order in which they
 * are looked at: the last in the queue first.
 */
static void fill(const char *pattern)
{
    for (unsigned index = (unsigned)strlen(pattern); index-- > 0;)
        add(index, pattern[index] == 'm' ? of_me : of_others);
}

static enum thole_result cancel(uint64_t badge)
{
    return invoke(INIT_SLOT_CAPTABLE, CAPTABLE_CANCEL_BADGE, queue, badge);
}

static bool is_cancelled(unsigned index)
{
    const struct party *party = &caller[index];

    return party->thread->state == THREAD_READY && got_status(party) == STATUS_CANCELLED;
}

/* One letter a caller: c cancelled, q queued, - anything else. */
static void expect(const char *pattern)
{
    for (unsigned index = 0; pattern[index] != '\0'; index++) {
        bool queued = caller[index].thread->sender.state == SENDER_QUEUED;

        assert_int_equal(pattern[index], is_cancelled(index) ? 'c' : queued ? 'q' : '-');
    }
}

/* A server takes all that is queued, answering each: the last of these came first. */
static void expect_order(const unsigned *order, unsigned count)
{
    struct party server = make_party_on(URGENT, queue, 0);

    as(&server);
    for (unsigned index = 0; index < count; index++) {
        assert_state(&server, READY);
        assert_int_equal(got_word(&server, 0), order[count - 1 - index]);
        reply_recv(OWN_ENDPOINT, 0, 0);
    }
    assert_state(&server, RECEIVING);
}

#define ORDER(...) \
    expect_order((const unsigned[]){ __VA_ARGS__ }, \
                 sizeof((const unsigned[]){ __VA_ARGS__ }) / sizeof(unsigned))

/* --- What it asks for -------------------------------------------------------------------- */

static void it_is_for_endpoints_that_one_controls(void **state)
{
    unsigned weak = mint(queue, RIGHTS_ALL & ~(unsigned)RIGHT_CONTROL, 0);

    (void)state;
    assert_result(invoke(1, CAPTABLE_CANCEL_BADGE, weak, MINE), NO_RIGHT);
    assert_result(invoke(1, CAPTABLE_CANCEL_BADGE, 0, MINE), BAD_SLOT);
    assert_result(invoke(1, CAPTABLE_CANCEL_BADGE, new_slot(), MINE), BAD_SLOT);
    assert_result(invoke(1, CAPTABLE_CANCEL_BADGE, INIT_SLOT_THREAD, MINE), BAD_SLOT);
    assert_result(invoke(1, CAPTABLE_CANCEL_BADGE, 1ULL << 40, MINE), BAD_SLOT);
    assert_result(invoke(1, CAPTABLE_CANCEL_BADGE, UINT64_MAX, MINE), BAD_SLOT);
    assert_result(cancel(MINE), DONE);
}

static void the_badge_is_the_words_and_not_the_capabilitys(void **state)
{
    (void)state;
    fill("mo");
    assert_result(invoke(1, CAPTABLE_CANCEL_BADGE, of_me, OTHERS), DONE);
    expect("qc");
}

static void callers_without_a_badge_are_those_of_badge_0(void **state)
{
    (void)state;
    add(0, queue);
    add(1, of_me);
    add(2, queue);
    assert_result(cancel(UINT64_MAX), DONE);
    expect("qqq");
    assert_result(cancel(0), DONE);
    expect("cqc");
}

/* --- Whom it meets --------------------------------------------------------------------------- */

static void only_callers_of_the_badge_run_and_the_others_keep_their_order(void **state)
{
    (void)state;
    fill("omoomo");
    assert_result(cancel(MINE), DONE);
    expect("qcqqcq");
    ORDER(0, 2, 3, 5);
}

static void a_queue_with_nobody_or_nobody_of_the_badge_is_left_alone(void **state)
{
    (void)state;
    assert_result(cancel(MINE), DONE);
    fill("ooo");
    assert_result(cancel(MINE), DONE);
    expect("qqq");
    ORDER(0, 1, 2);
}

static void receivers_and_queued_events_are_not_touched(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);
    struct party server;

    (void)state;
    must(bell, NOTIFICATION_BIND, of_me, make_time(30));
    must(bell, NOTIFICATION_SIGNAL);
    fill("m");
    assert_result(cancel(MINE), DONE);
    expect("c");
    server = make_party_on(PASSIVE, queue, 0);
    assert_int_equal(got_kind(&server), KIND_SIGNAL);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    assert_result(cancel(MINE), DONE);
    assert_state(&server, RECEIVING);
}

static void a_call_that_is_being_served_is_not_cancelled(void **state)
{
    struct party server = make_party_on(1, queue, 0);

    (void)state;
    add(0, of_me);
    add(1, of_me);
    assert_result(cancel(MINE), DONE);
    expect("-c");
    must(caller[1].cap, THREAD_SUSPEND);
    as(&server);
    reply_recv(OWN_ENDPOINT, 9, 0);
    assert_int_equal(got_label(&caller[0]), 9);
}

static void a_suspended_caller_is_cancelled_and_does_not_run(void **state)
{
    (void)state;
    fill("m");
    must(caller[0].cap, THREAD_SUSPEND);
    assert_result(cancel(MINE), DONE);
    expect("c");
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    assert_false(runs(&caller[0]));
    must(caller[0].cap, THREAD_RESUME, 0);
    as(&caller[0]);
}

static void the_cancelled_run_at_their_priority_and_can_call_again(void **state)
{
    (void)state;
    fill("mm");
    assert_result(cancel(MINE), DONE);
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    call(OWN_FREE, 0, 7);
    call(OWN_FREE, 0, 8);
    as_init();
    expect("qq");
    assert_result(cancel(MINE), DONE);
    expect("cc");
}

/* --- Parts ---------------------------------------------------------------------------------- */

static void a_long_queue_takes_several_calls_of_bounded_work(void **state)
{
    (void)state;
    fill("mmmmmmmmommmmmmmo");
    assert_result(cancel(MINE), MORE);
    expect("ccccccccqqqqqqqqq");
    assert_result(cancel(MINE), MORE);
    expect("ccccccccqcccccccq");
    assert_result(cancel(MINE), DONE);
    expect("ccccccccqcccccccq");
    ORDER(8, 16);
}

static void callers_of_others_cost_steps_too(void **state)
{
    (void)state;
    fill("oooooooom");
    assert_result(cancel(MINE), MORE);
    expect("qqqqqqqqq");
    assert_result(cancel(MINE), DONE);
    expect("qqqqqqqqc");
    ORDER(0, 1, 2, 3, 4, 5, 6, 7);
}

static void exactly_a_step_of_callers_asks_for_one_more(void **state)
{
    (void)state;
    fill("mmmmmmmm");
    assert_result(cancel(MINE), MORE);
    expect("cccccccc");
    assert_result(cancel(MINE), DONE);
}

static void callers_that_come_between_the_parts_are_not_looked_at(void **state)
{
    (void)state;
    fill("ooooooooo");
    assert_result(cancel(MINE), MORE);
    add(9, of_me);
    add(10, of_others);
    assert_result(cancel(MINE), DONE);
    expect("qqqqqqqqqqq");
    ORDER(10, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8);
}

static void callers_that_die_between_the_parts_do_not_matter(void **state)
{
    (void)state;
    fill("oooooooommm");
    assert_result(cancel(MINE), MORE);
    assert_result(delete_slot(caller[7].cap), DONE); /* before the place reached */
    assert_result(delete_slot(caller[8].cap), DONE); /* behind it */
    assert_result(cancel(MINE), DONE);
    assert_true(is_cancelled(9) && is_cancelled(10));
    ORDER(0, 1, 2, 3, 4, 5, 6);
}

static void all_callers_may_die_between_the_parts(void **state)
{
    (void)state;
    fill("ooooooooo");
    assert_result(cancel(MINE), MORE);
    for (unsigned index = 0; index < 9; index++)
        assert_result(delete_slot(caller[index].cap), DONE);
    assert_result(cancel(MINE), DONE);
    add(0, of_me);
    assert_result(cancel(MINE), DONE);
    expect("c");
}

static void callers_may_be_cancelled_one_by_one_between_the_parts(void **state)
{
    (void)state;
    fill("ooooooooom");
    assert_result(cancel(MINE), MORE);
    must(caller[7].cap, THREAD_CANCEL);
    must(caller[8].cap, THREAD_CANCEL);
    must(caller[9].cap, THREAD_BIND_TIME, 0);
    assert_result(cancel(MINE), DONE);
    expect("qqqqqqqcc");
    assert_state(&caller[9], STRANDED);
    assert_status(&caller[9], CANCELLED);
}

/* --- Another badge, and the mark that is left ------------------------------------------- */

static void another_badge_waits_until_the_first_is_done(void **state)
{
    (void)state;
    fill("ommmmmmmmmo");
    assert_result(cancel(MINE), MORE);
    expect("qcccccccqqq");
    assert_result(cancel(OTHERS), MORE); /* goes on with the first */
    expect("qcccccccccq");
    assert_result(cancel(OTHERS), DONE);
    expect("ccccccccccc");
}

static void the_first_badge_may_be_asked_for_again_after_another(void **state)
{
    (void)state;
    fill("omomomomomom");
    assert_result(cancel(MINE), MORE);
    assert_result(cancel(OTHERS), MORE);
    expect("qcqcqcqcqcqc");
    assert_result(cancel(MINE), DONE);
    assert_result(cancel(OTHERS), DONE);
    expect("cccccccccccc");
}

static void a_mark_left_in_the_queue_does_not_hide_the_callers_before_it(void **state)
{
    (void)state;
    fill("ooooooooo");
    assert_result(cancel(MINE), MORE);
    ORDER(0, 1, 2, 3, 4, 5, 6, 7, 8);
}

static void a_mark_left_alone_is_no_caller_for_receivers(void **state)
{
    struct party server;

    (void)state;
    fill("mmmmmmmm");
    assert_result(cancel(MINE), MORE);
    server = make_party_on(PASSIVE, queue, 0);
    assert_state(&server, RECEIVING);
    as(&caller[7]);
    call(OWN_FREE, 0, 3);
    assert_true(runs(&server));
    try_recv(OWN_ENDPOINT);
    assert_status(&server, WOULD_WAIT);
    reply_recv(OWN_ENDPOINT, 4, 0);
    assert_int_equal(got_label(&caller[7]), 4);
    as_init();
    assert_result(cancel(MINE), DONE);
    assert_state(&server, RECEIVING);
}

static void a_server_may_take_callers_between_the_parts(void **state)
{
    struct party server;

    (void)state;
    fill("oooooooommm");
    assert_result(cancel(MINE), MORE);
    server = make_party_on(URGENT, queue, 0);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_int_equal(got_word(&server, 0), 9);
    as_init();
    assert_result(cancel(MINE), DONE);
    expect("qqqqqqqqc--");
}

static void it_may_be_closed_and_opened_between_the_parts(void **state)
{
    (void)state;
    fill("ooooooooom");
    assert_result(cancel(MINE), MORE);
    assert_result(invoke(1, CAPTABLE_CLOSE, queue), MORE);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, queue);
    assert_status(&caller[9], PEER_STOPPED);
    assert_result(cancel(OTHERS), MORE);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_OPEN, queue);
    add(10, of_me);
    assert_result(cancel(MINE), DONE);
    assert_true(is_cancelled(10));
}

static void it_may_be_deleted_between_the_parts(void **state)
{
    (void)state;
    fill("mmmmmmmmmo");
    assert_result(cancel(MINE), MORE);
    assert_result(delete_slot(queue), DONE);
    expect("cccccccc--");
    assert_status(&caller[8], PEER_DIED);
    assert_status(&caller[9], PEER_DIED);
    assert_state(&caller[8], READY);
}

static void an_endpoint_that_died_with_the_mark_in_it_can_be_made_anew(void **state)
{
    unsigned memory = make_untyped(7);

    (void)state;
    queue = make_from(memory, OBJECT_ENDPOINT, 0);
    of_me = mint(queue, RIGHTS_ALL, MINE);
    fill("mmmmmmmm");
    assert_result(cancel(MINE), MORE);
    assert_result(revoke_slot(memory), DONE);
    queue = make_from(memory, OBJECT_ENDPOINT, 0);
    of_me = mint(queue, RIGHTS_ALL, MINE);
    add(8, of_me);
    assert_result(cancel(MINE), DONE);
    assert_true(is_cancelled(8));
}

int main(void)
{
    const struct CMUnitTest badge_tests[] = {
        cmocka_unit_test_setup(it_is_for_endpoints_that_one_controls, boot),
        cmocka_unit_test_setup(the_badge_is_the_words_and_not_the_capabilitys, boot),
        cmocka_unit_test_setup(callers_without_a_badge_are_those_of_badge_0, boot),
        cmocka_unit_test_setup(only_callers_of_the_badge_run_and_the_others_keep_their_order, boot),
        cmocka_unit_test_setup(a_queue_with_nobody_or_nobody_of_the_badge_is_left_alone, boot),
        cmocka_unit_test_setup(receivers_and_queued_events_are_not_touched, boot),
        cmocka_unit_test_setup(a_call_that_is_being_served_is_not_cancelled, boot),
        cmocka_unit_test_setup(a_suspended_caller_is_cancelled_and_does_not_run, boot),
        cmocka_unit_test_setup(the_cancelled_run_at_their_priority_and_can_call_again, boot),
        cmocka_unit_test_setup(a_long_queue_takes_several_calls_of_bounded_work, boot),
        cmocka_unit_test_setup(callers_of_others_cost_steps_too, boot),
        cmocka_unit_test_setup(exactly_a_step_of_callers_asks_for_one_more, boot),
        cmocka_unit_test_setup(callers_that_come_between_the_parts_are_not_looked_at, boot),
        cmocka_unit_test_setup(callers_that_die_between_the_parts_do_not_matter, boot),
        cmocka_unit_test_setup(all_callers_may_die_between_the_parts, boot),
        cmocka_unit_test_setup(callers_may_be_cancelled_one_by_one_between_the_parts, boot),
        cmocka_unit_test_setup(another_badge_waits_until_the_first_is_done, boot),
        cmocka_unit_test_setup(the_first_badge_may_be_asked_for_again_after_another, boot),
        cmocka_unit_test_setup(a_mark_left_in_the_queue_does_not_hide_the_callers_before_it, boot),
        cmocka_unit_test_setup(a_mark_left_alone_is_no_caller_for_receivers, boot),
        cmocka_unit_test_setup(a_server_may_take_callers_between_the_parts, boot),
        cmocka_unit_test_setup(it_may_be_closed_and_opened_between_the_parts, boot),
        cmocka_unit_test_setup(it_may_be_deleted_between_the_parts, boot),
        cmocka_unit_test_setup(an_endpoint_that_died_with_the_mark_in_it_can_be_made_anew, boot),
    };

    return RUN_EACH(badge_tests);
}
