/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts, timers and notifications: fired, merged, bound, unbound, sharing
 * a line, sharing time.
 */
#include "fixture.h"

#define LINE 40

static struct party driver; /* passive, above the clients */
static struct party active;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    driver = make_party(PASSIVE);
    active = make_awake(10);
    return 0;
}

static unsigned make_interrupt(unsigned line)
{
    unsigned slot = make(OBJECT_INTERRUPT);

    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, slot, line, TRIGGER_LEVEL);
    return slot;
}

/* --- Interrupts --------------------------------------------------------------- */

static void an_interrupt_runs_a_passive_driver_on_its_own_time(void **state)
{
    unsigned irq = make_interrupt(LINE), time = make_time(30);

    (void)state;
    must(irq, INTERRUPT_BIND, mint(driver.endpoint, RIGHT_RECV, 9), time);
    as(&active);
    sim_line_raise(LINE);
    interrupt();
    assert_true(runs(&driver));
    assert_int_equal(got_kind(&driver), KIND_INTERRUPT);
    assert_int_equal(got_word(&driver, 0), LINE);
    assert_int_equal(got_word(&driver, 1), 1);
    assert_int_equal(got_badge(&driver), 9);
    assert_true(sim.line[LINE].active);
    sim_line_lower(LINE);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_false(sim.line[LINE].active);
    assert_true(runs(&active));
    sim_line_pulse(LINE);
    interrupt();
    assert_true(runs(&driver));
    assert_int_equal(got_word(&driver, 1), 1);
}

static void an_interrupt_without_binding_waits_masked_for_one(void **state)
{
    unsigned irq = make_interrupt(LINE);

    (void)state;
    sim_line_raise(LINE);
    interrupt();
    assert_true(init_runs());
    assert_true(sim.line[LINE].active);
    must(irq, INTERRUPT_BIND, driver.endpoint, make_time(30));
    assert_int_equal(got_kind(&driver), KIND_INTERRUPT);
}

static void all_who_share_a_line_are_fired_and_the_last_reply_unmasks_it(void **state)
{
    unsigned irq[INTERRUPT_SHARE_MAX];
    struct party sharer[INTERRUPT_SHARE_MAX];

    (void)state;
    for (unsigned index = 0; index < INTERRUPT_SHARE_MAX; index++) {
        sharer[index] = make_party(30 + index);
        irq[index] = make_interrupt(LINE);
        must(irq[index], INTERRUPT_BIND, sharer[index].endpoint, 0);
    }
    assert_result(invoke(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, make(OBJECT_INTERRUPT), LINE,
                         TRIGGER_LEVEL), OCCUPIED);
    as(&active);
    sim_line_pulse(LINE);
    interrupt();
    for (unsigned index = INTERRUPT_SHARE_MAX; index-- > 0;) {
        assert_true(runs(&sharer[index]));
        assert_true(sim.line[LINE].active);
        reply_recv(OWN_ENDPOINT, 0, 0);
    }
    assert_false(sim.line[LINE].active);
}

static void destroying_a_sharer_counts_as_its_reply(void **state)
{
    unsigned one = make_interrupt(LINE), two = make_interrupt(LINE);

    (void)state;
    must(one, INTERRUPT_BIND, driver.endpoint, make_time(30));
    sim_line_pulse(LINE);
    interrupt();
    assert_result(delete_slot(two), DONE);
    assert_true(sim.line[LINE].active);
    as(&driver);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_false(sim.line[LINE].active);
    as_init();
    assert_result(delete_slot(one), DONE);
    assert_false(sim.line[LINE].enabled);
}

static void a_driver_that_dies_leaves_the_line_to_the_next(void **state)
{
    unsigned irq = make_interrupt(LINE);
    struct party next;

    (void)state;
    must(irq, INTERRUPT_BIND, driver.endpoint, make_time(30));
    as(&active);
    sim_line_raise(LINE);
    interrupt();
    assert_true(runs(&driver));
    as_init();
    assert_result(delete_slot(driver.cap), DONE);
    interrupt();
    next = make_party_on(PASSIVE, driver.endpoint, 0);
    assert_state(&next, READY);
    assert_int_equal(got_kind(&next), KIND_INTERRUPT);
}

static void lines_that_are_not_drivers_are_refused(void **state)
{
    unsigned irq = make(OBJECT_INTERRUPT);
    const uint64_t bad[] = { 0, 15, SIM_LINE_TIMER, SIM_LINES, 1020, 1ULL << 32, UINT64_MAX };

    (void)state;
    for (unsigned index = 0; index < sizeof(bad) / sizeof(bad[0]); index++)
        assert_result(invoke(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, irq, bad[index],
                             TRIGGER_LEVEL), BAD_ARGUMENT);
    assert_result(invoke(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, irq, LINE, 2), BAD_ARGUMENT);
    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, irq, LINE, TRIGGER_EDGE);
    assert_result(invoke(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, irq, LINE, TRIGGER_EDGE),
                  OCCUPIED);
}

/* --- Timers ---------------------------------------------------------------------- */

static void a_timer_tells_its_deadline_and_a_reply_with_a_word_arms_it_again(void **state)
{
    unsigned timer = make(OBJECT_TIMER);

    (void)state;
    must(timer, TIMER_BIND, driver.endpoint, make_time(30));
    must(timer, TIMER_ARM, sim.now + 100);
    as(&active);
    advance(99);
    assert_true(runs(&active));
    sim.now += 5; /* late */
    advance(0);
    assert_true(runs(&driver));
    assert_int_equal(got_kind(&driver), KIND_TIMER);
    assert_int_equal(got_word(&driver, 0), sim.now - 4);
    assert_int_equal(got_word(&driver, 1), sim.now);
    reply_recv(OWN_ENDPOINT, 0, sim.now + 10);
    advance(10);
    assert_true(runs(&driver));
    system_call(SYSCALL_REPLY_RECV, (struct registers){ .target = OWN_ENDPOINT });
    assert_int_equal(sim.timer, UINT64_MAX);
}

static void a_disarmed_timer_does_not_fire(void **state)
{
    unsigned timer = make(OBJECT_TIMER);

    (void)state;
    must(timer, TIMER_BIND, driver.endpoint, make_time(30));
    must(timer, TIMER_ARM, sim.now + 100);
    must(timer, TIMER_ARM, sim.now + 50);
    must(timer, TIMER_DISARM);
    must(timer, TIMER_DISARM);
    as(&active);
    advance(200);
    assert_true(runs(&active));
}

static void a_timer_destroyed_while_queued_is_forgotten(void **state)
{
    unsigned timer = make(OBJECT_TIMER), nobody = make(OBJECT_ENDPOINT);

    (void)state;
    must(timer, TIMER_BIND, nobody, make_time(30));
    must(timer, TIMER_ARM, sim.now + 1);
    advance(1);
    must(timer, TIMER_ARM, sim.now + 1);
    assert_result(delete_slot(timer), DONE);
    advance(1);
}

static void twenty_timers_with_deadline_zero_all_fire(void **state)
{
    unsigned timer[20];

    (void)state;
    for (unsigned index = 0; index < 20; index++) {
        timer[index] = make(OBJECT_TIMER);
        must(timer[index], TIMER_BIND, make(OBJECT_ENDPOINT), 0);
    }
    for (unsigned index = 0; index < 20; index++)
        must(timer[index], TIMER_ARM, 0);
    advance(100);
    assert_int_equal(sim.timer, UINT64_MAX);
    for (unsigned index = 0; index < 20; index++) {
        const struct timer *each = object_of(timer[index]);

        assert_int_equal(each->sender.state, SENDER_QUEUED);
    }
}

/* --- Notifications ------------------------------------------------------------------ */

static void signals_are_merged_until_they_are_received(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), nobody = make(OBJECT_ENDPOINT);
    unsigned one = mint(bell, RIGHT_SEND, 1), four = mint(bell, RIGHT_SEND, 4);
    struct party receiver;

    (void)state;
    must(bell, NOTIFICATION_BIND, nobody, 0);
    must(one, NOTIFICATION_SIGNAL);
    must(four, NOTIFICATION_SIGNAL);
    must(four, NOTIFICATION_SIGNAL);
    receiver = make_party_on(20, nobody, 0);
    assert_int_equal(got_kind(&receiver), KIND_SIGNAL);
    assert_int_equal(got_word(&receiver, 0), 5);
    must(one, NOTIFICATION_SIGNAL);
    as(&receiver);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&receiver));
    assert_int_equal(got_word(&receiver, 0), 1);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_state(&receiver, RECEIVING);
}

static void what_was_told_with_a_message_is_not_told_again(void **state)
{
    unsigned irq = make_interrupt(LINE), bell = make(OBJECT_NOTIFICATION);
    unsigned nobody = make(OBJECT_ENDPOINT);

    (void)state;
    must(bell, NOTIFICATION_BIND, nobody, 0);
    must(irq, INTERRUPT_BIND, nobody, 0);
    must(bell, NOTIFICATION_SIGNAL);
    must(bell, NOTIFICATION_SIGNAL);
    sim_line_pulse(LINE);
    interrupt();
    struct party receiver = make_party_on(20, nobody, 0);

    as(&receiver);
    assert_int_equal(got_kind(&receiver), KIND_SIGNAL);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_int_equal(got_kind(&receiver), KIND_INTERRUPT);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_state(&receiver, RECEIVING);
}

static void a_signal_to_a_passive_server_without_time_waits_for_an_active_one(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(bell, NOTIFICATION_BIND, driver.endpoint, 0);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&driver, RECEIVING);
    struct party helper = make_party_on(20, driver.endpoint, 0);

    assert_int_equal(got_kind(&helper), KIND_SIGNAL);
}

static void events_go_ahead_of_calls(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), busy = make(OBJECT_ENDPOINT);
    unsigned here = give(&active, busy);

    (void)state;
    must(bell, NOTIFICATION_BIND, busy, make_time(30));
    as(&active);
    call(here, 0, 0);
    as_init();
    must(bell, NOTIFICATION_SIGNAL);
    struct party server = make_party_on(PASSIVE, busy, 0);

    assert_int_equal(got_kind(&server), KIND_SIGNAL);
}

/* --- Sharing time ----------------------------------------------------------------------- */

static void senders_that_share_time_take_turns(void **state)
{
    unsigned time = make_time(30), bell[3];
    struct party server[3];

    (void)state;
    for (unsigned index = 0; index < 3; index++) {
        server[index] = make_party(PASSIVE);
        bell[index] = make(OBJECT_NOTIFICATION);
        must(bell[index], NOTIFICATION_BIND, server[index].endpoint, time);
        must(bell[index], NOTIFICATION_SIGNAL);
    }
    must(bell[0], NOTIFICATION_SIGNAL);
    for (unsigned turn = 0; turn < 4; turn++) {
        as(&server[turn % 3]);
        reply_recv(OWN_ENDPOINT, 0, 0);
    }
    assert_true(runs(&active));
}

static void an_event_that_waits_for_time_goes_on_without_if_that_goes(void **state)
{
    unsigned time = make_time(30), copy = mint(time, RIGHTS_ALL, 0);
    unsigned first = make(OBJECT_NOTIFICATION), second = make(OBJECT_NOTIFICATION);
    unsigned other = make(OBJECT_ENDPOINT);

    (void)state;
    must(first, NOTIFICATION_BIND, driver.endpoint, time);
    must(second, NOTIFICATION_BIND, other, copy);
    must(first, NOTIFICATION_SIGNAL);
    must(second, NOTIFICATION_SIGNAL);
    assert_result(delete_slot(copy), DONE);
    struct party helper = make_party_on(20, other, 0);

    assert_int_equal(got_kind(&helper), KIND_SIGNAL);
}

static void an_event_that_is_taken_back_has_nobody_waiting_for_its_time(void **state)
{
    unsigned time = make_time(30), nobody = make(OBJECT_ENDPOINT);
    unsigned first = make(OBJECT_NOTIFICATION), second = make(OBJECT_NOTIFICATION);
    const struct notification *queued = object_of(first);

    (void)state;
    must(first, NOTIFICATION_BIND, nobody, time);
    must(second, NOTIFICATION_BIND, driver.endpoint, time);
    must(first, NOTIFICATION_SIGNAL);
    must(second, NOTIFICATION_SIGNAL);
    assert_int_equal(queued->sender.awaited, 1);
    assert_result(delete_slot(nobody), DONE);
    assert_int_equal(queued->sender.state, SENDER_IDLE);
    assert_int_equal(queued->sender.awaited, 0);
    assert_int_equal(got_kind(&driver), KIND_SIGNAL);
}

static void a_queued_event_whose_time_goes_waits_for_an_active_receiver(void **state)
{
    unsigned time = make_time(30), bell = make(OBJECT_NOTIFICATION);
    unsigned nobody = make(OBJECT_ENDPOINT);

    (void)state;
    must(bell, NOTIFICATION_BIND, nobody, time);
    must(bell, NOTIFICATION_SIGNAL);
    assert_result(delete_slot(time), DONE);
    struct party passive = make_party_on(PASSIVE, nobody, 0);

    assert_state(&passive, RECEIVING);
    struct party helper = make_party_on(20, nobody, 0);

    assert_int_equal(got_kind(&helper), KIND_SIGNAL);
}

static void time_that_is_unbound_while_it_is_lent_goes_to_the_next(void **state)
{
    unsigned time = make_time(30), copy = mint(time, RIGHTS_ALL, 0);
    unsigned first = make(OBJECT_NOTIFICATION), second = make(OBJECT_NOTIFICATION);
    struct party other = make_party(PASSIVE);

    (void)state;
    must(first, NOTIFICATION_BIND, driver.endpoint, copy);
    must(second, NOTIFICATION_BIND, other.endpoint, time);
    must(first, NOTIFICATION_SIGNAL);
    must(second, NOTIFICATION_SIGNAL);
    assert_result(delete_slot(copy), DONE);
    as(&driver);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&other));
    assert_int_equal(got_kind(&other), KIND_SIGNAL);
}

/* --- Binding ------------------------------------------------------------------------------ */

static void an_event_can_be_bound_again_when_its_endpoint_has_gone(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), gone = make(OBJECT_ENDPOINT);
    unsigned time = make_time(30);

    (void)state;
    must(bell, NOTIFICATION_BIND, gone, time);
    assert_result(invoke(bell, NOTIFICATION_BIND, driver.endpoint, 0), OCCUPIED);
    must(mint(bell, RIGHT_SEND, 2), NOTIFICATION_SIGNAL);
    assert_result(delete_slot(gone), DONE);
    must(bell, NOTIFICATION_BIND, driver.endpoint, time);
    assert_int_equal(got_kind(&driver), KIND_SIGNAL);
    assert_int_equal(got_word(&driver, 0), 2);
}

static void an_event_in_service_can_be_bound_elsewhere(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), time = make_time(30);
    unsigned copy = mint(driver.endpoint, RIGHTS_ALL, 0);
    struct party other = make_party(PASSIVE);

    (void)state;
    must(bell, NOTIFICATION_BIND, copy, time);
    must(bell, NOTIFICATION_SIGNAL);
    assert_result(delete_slot(copy), DONE);
    must(bell, NOTIFICATION_BIND, other.endpoint, time);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&other, RECEIVING);
    as(&driver);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&other));
}

static void time_that_nobody_filled_cannot_be_bound(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    assert_result(invoke(bell, NOTIFICATION_BIND, driver.endpoint, make(OBJECT_SCHED_CONTEXT)),
                  NOT_READY);
}

int main(void)
{
    const struct CMUnitTest event_tests[] = {
        cmocka_unit_test_setup(an_interrupt_runs_a_passive_driver_on_its_own_time, boot),
        cmocka_unit_test_setup(an_interrupt_without_binding_waits_masked_for_one, boot),
        cmocka_unit_test_setup(all_who_share_a_line_are_fired_and_the_last_reply_unmasks_it, boot),
        cmocka_unit_test_setup(destroying_a_sharer_counts_as_its_reply, boot),
        cmocka_unit_test_setup(a_driver_that_dies_leaves_the_line_to_the_next, boot),
        cmocka_unit_test_setup(lines_that_are_not_drivers_are_refused, boot),
        cmocka_unit_test_setup(a_timer_tells_its_deadline_and_a_reply_with_a_word_arms_it_again,
                               boot),
        cmocka_unit_test_setup(a_disarmed_timer_does_not_fire, boot),
        cmocka_unit_test_setup(a_timer_destroyed_while_queued_is_forgotten, boot),
        cmocka_unit_test_setup(twenty_timers_with_deadline_zero_all_fire, boot),
        cmocka_unit_test_setup(signals_are_merged_until_they_are_received, boot),
        cmocka_unit_test_setup(what_was_told_with_a_message_is_not_told_again, boot),
        cmocka_unit_test_setup(a_signal_to_a_passive_server_without_time_waits_for_an_active_one,
                               boot),
        cmocka_unit_test_setup(events_go_ahead_of_calls, boot),
        cmocka_unit_test_setup(senders_that_share_time_take_turns, boot),
        cmocka_unit_test_setup(an_event_that_waits_for_time_goes_on_without_if_that_goes, boot),
        cmocka_unit_test_setup(an_event_that_is_taken_back_has_nobody_waiting_for_its_time, boot),
        cmocka_unit_test_setup(a_queued_event_whose_time_goes_waits_for_an_active_receiver, boot),
        cmocka_unit_test_setup(time_that_is_unbound_while_it_is_lent_goes_to_the_next, boot),
        cmocka_unit_test_setup(an_event_can_be_bound_again_when_its_endpoint_has_gone, boot),
        cmocka_unit_test_setup(an_event_in_service_can_be_bound_elsewhere, boot),
        cmocka_unit_test_setup(time_that_nobody_filled_cannot_be_bound, boot),
    };

    return RUN_EACH(event_tests);
}
