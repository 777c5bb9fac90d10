/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each operation on threads in each state that a thread can be in.
 */
#include "situations.h"

#include <stdio.h>

static const struct situation *situation;

static int boot(void **state)
{
    situation = *state;
    boot_machine(SMALL_RAM);
    situation->enter();
    return 0;
}

static void inspect(void)
{
    must(subject.cap, THREAD_INSPECT);
}

static void expect(enum thole_thread_state state, unsigned flags)
{
    inspect();
    assert_int_equal(answer[0], state);
    assert_int_equal(answer[1], flags);
}

static bool had(unsigned flag)
{
    return (situation->flags & flag) != 0;
}

/* The wait for a message or an answer is over at once: it is as a thread that comes back. */
static void expect_cancelled(enum thole_thread_state state, unsigned flags)
{
    expect(state, flags & ~(unsigned)THREAD_FLAG_FAULTED);
    assert_status(&subject, CANCELLED);
}

/* --- What is asked -------------------------------------------------------------------- */

static void inspect_tells_it(void **state)
{
    (void)state;
    expect(situation->state, situation->flags);
    assert_int_equal(answer[2], 0);
    assert_int_equal(answer[3], 0);
    if (situation->state != THREAD_CALLING)
        assert_int_equal(answer[4], 0);
    else
        assert_int_equal(answer[4], had(THREAD_FLAG_FAULTED) ? SUBJECT_FAULTS : SUBJECT_CALLS);
    if (had(THREAD_FLAG_FAULTED))
        assert_int_equal(answer[5], FAULT_READ);
}

static void suspend_is_a_mark_beside_it(void **state)
{
    (void)state;
    must(subject.cap, THREAD_SUSPEND);
    expect(situation->state, situation->flags | THREAD_FLAG_SUSPENDED);
    must(subject.cap, THREAD_SUSPEND);
    expect(situation->state, situation->flags | THREAD_FLAG_SUSPENDED);
}

static void suspended_it_waits_on_and_runs_when_it_is_resumed(void **state)
{
    (void)state;
    must(subject.cap, THREAD_SUSPEND);
    if (situation->finish != NULL)
        situation->finish();
    inspect();
    assert_int_equal(answer[0], situation->after);
    assert_true((answer[1] & THREAD_FLAG_SUSPENDED) != 0);
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    assert_false(runs(&subject));
    as_init();
    assert_int_equal(invoke(subject.cap, THREAD_RESUME, 0), situation->resume);
    inspect();
    assert_int_equal((answer[1] & THREAD_FLAG_SUSPENDED) == 0, situation->resume == RESULT_DONE);
    if (situation->after == THREAD_READY)
        as(&subject);
}

/* What it waits for is not what it was suspended for: the mark does not hurry it. */
static void suspended_and_resumed_it_is_as_it_was(void **state)
{
    (void)state;
    if (situation->state == THREAD_STOPPED)
        return; /* RESUME sets it going */
    must(subject.cap, THREAD_SUSPEND);
    must(subject.cap, THREAD_RESUME, 0);
    expect(situation->state, situation->flags & ~(unsigned)THREAD_FLAG_SUSPENDED);
    if (situation->finish != NULL)
        situation->finish();
    if (situation->after == THREAD_READY)
        as(&subject);
}

static void resume_answers_for_it(void **state)
{
    bool stopped = situation->state == THREAD_STOPPED;
    unsigned flags = situation->flags & ~(unsigned)THREAD_FLAG_SUSPENDED;
    bool has_time = had(THREAD_FLAG_HAS_TIME) || subject.time != 0;

    (void)state;
    assert_int_equal(invoke(subject.cap, THREAD_RESUME, 0), situation->resume);
    assert_int_equal(subject.thread->frame.pstate & SIM_PSTATE_STEP, 0);
    if (!stopped || situation->resume != RESULT_DONE)
        expect(situation->state, flags);
    else if (!has_time)
        expect(THREAD_STRANDED, 0);
    else
        expect(THREAD_READY, THREAD_FLAG_HAS_TIME);
    if (stopped && has_time)
        as(&subject);
}

static void resume_by_one_step_answers_for_it(void **state)
{
    bool steps = situation->step == RESULT_DONE;

    (void)state;
    assert_int_equal(invoke(subject.cap, THREAD_RESUME, 1), situation->step);
    assert_int_equal((subject.thread->frame.pstate & SIM_PSTATE_STEP) != 0, steps);
    if (!steps)
        expect(situation->state, situation->flags);
    else if (had(THREAD_FLAG_HAS_TIME) || subject.time != 0)
        as(&subject);
}

static void suspended_it_can_be_resumed_for_one_step(void **state)
{
    bool steps = situation->resume == RESULT_DONE; /* suspended, one step needs no more */

    (void)state;
    must(subject.cap, THREAD_SUSPEND);
    assert_int_equal(invoke(subject.cap, THREAD_RESUME, 1), situation->resume);
    assert_int_equal((subject.thread->frame.pstate & SIM_PSTATE_STEP) != 0, steps);
    inspect();
    assert_int_equal((answer[1] & THREAD_FLAG_SUSPENDED) == 0, steps);
}

static void write_registers_answers_for_it(void **state)
{
    const struct frame before = subject.thread->frame;

    (void)state;
    assert_int_equal(invoke(subject.cap, THREAD_WRITE_REGISTERS, 19, 1, ~before.x[19]),
                     situation->write);
    if (situation->write == RESULT_DONE)
        assert_int_equal(subject.thread->frame.x[19], ~before.x[19]);
    else
        assert_memory_equal(&subject.thread->frame, &before, sizeof(before));
    expect(situation->state, situation->flags);
}

/* --- Time ------------------------------------------------------------------------------- */

static void time_taken_from_it_answers(void **state)
{
    unsigned flags = situation->flags & ~(unsigned)THREAD_FLAG_HAS_TIME;
    bool queued = subject.thread->sender.state == SENDER_QUEUED;

    (void)state;
    assert_int_equal(invoke(subject.cap, THREAD_BIND_TIME, 0), situation->unbind);
    if (situation->unbind != RESULT_DONE) {
        expect(situation->state, situation->flags);
        return;
    }
    assert_true(slot_is_empty(&subject.thread->sender.time));
    if (subject.time != 0)
        assert_true(sched_context_is_free(object_of(subject.time)));
    if (situation->state == THREAD_READY)
        expect(THREAD_STRANDED, flags);
    else if (queued && !had(THREAD_FLAG_FAULTED))
        expect_cancelled(THREAD_STRANDED, flags);
    else
        expect(situation->state, flags);
    assert_result(invoke(subject.cap, THREAD_BIND_TIME, 0), EMPTY);
}

static void time_bound_to_it_answers(void **state)
{
    unsigned time = make_time(SUBJECT_PRIORITY);

    (void)state;
    assert_int_equal(invoke(subject.cap, THREAD_BIND_TIME, time), situation->bind);
    if (situation->bind != RESULT_DONE) {
        expect(situation->state, situation->flags);
        assert_true(sched_context_is_free(object_of(time)));
        return;
    }
    assert_ptr_equal(sender_time(&subject.thread->sender), object_of(time));
    if (situation->state == THREAD_STOPPED)
        expect(THREAD_STOPPED, situation->flags);
    else if (situation->state == THREAD_RECEIVING)
        expect(THREAD_RECEIVING, THREAD_FLAG_HAS_TIME);
    else
        expect(THREAD_READY, THREAD_FLAG_HAS_TIME);
    if (situation->state == THREAD_STRANDED)
        as(&subject);
}

/* What was taken from it can be given to it again, and it goes on where it was. */
static void time_taken_and_given_back(void **state)
{
    bool can_be_given;

    (void)state;
    if (situation->unbind != RESULT_DONE || subject.time == 0)
        return;
    must(subject.cap, THREAD_BIND_TIME, 0);
    can_be_given = subject.thread->state != THREAD_CALLING;
    assert_int_equal(invoke(subject.cap, THREAD_BIND_TIME, subject.time),
                     can_be_given ? RESULT_DONE : RESULT_NOT_READY);
    if (situation->state == THREAD_READY || situation->state == THREAD_RECEIVING)
        expect(situation->state, situation->flags);
}

static void suspended_and_without_time_it_is_held_until_it_has_both(void **state)
{
    (void)state;
    if (situation->state != THREAD_READY || situation->unbind != RESULT_DONE)
        return;
    must(subject.cap, THREAD_SUSPEND);
    must(subject.cap, THREAD_BIND_TIME, 0);
    must(subject.cap, THREAD_BIND_TIME, subject.time);
    expect(THREAD_READY, situation->flags | THREAD_FLAG_SUSPENDED);
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    assert_false(runs(&subject));
    as_init();
    must(subject.cap, THREAD_RESUME, 0);
    as(&subject);
}

/* --- The rest ---------------------------------------------------------------------------- */

static void cancel_answers_for_it(void **state)
{
    bool lends = !had(THREAD_FLAG_HAS_TIME);

    (void)state;
    assert_int_equal(invoke(subject.cap, THREAD_CANCEL), situation->cancel);
    if (situation->cancel != RESULT_DONE || lends)
        expect(situation->state, situation->flags);
    else
        expect_cancelled(THREAD_READY, situation->flags);
    if (situation->cancel != RESULT_DONE || !lends)
        return;
    situation->finish();
    expect_cancelled(situation->after, subject.thread->time == NULL
                                           ? situation->flags
                                           : situation->flags | THREAD_FLAG_HAS_TIME);
}

static void suspended_it_can_be_cancelled_and_does_not_run(void **state)
{
    (void)state;
    if (situation->cancel != RESULT_DONE || !had(THREAD_FLAG_HAS_TIME))
        return;
    must(subject.cap, THREAD_SUSPEND);
    must(subject.cap, THREAD_CANCEL);
    expect_cancelled(THREAD_READY, situation->flags | THREAD_FLAG_SUSPENDED);
    must(subject.cap, THREAD_RESUME, 0);
    expect(THREAD_READY, situation->flags);
}

static void start_answers_for_it(void **state)
{
    const struct frame before = subject.thread->frame;

    (void)state;
    assert_int_equal(invoke(subject.cap, THREAD_START, 1, 2, 3), situation->start);
    if (situation->start != RESULT_DONE) {
        assert_memory_equal(&subject.thread->frame, &before, sizeof(before));
        return;
    }
    expect(THREAD_RECEIVING, subject.time != 0 ? THREAD_FLAG_HAS_TIME : 0);
    assert_int_equal(subject.thread->frame.pc, 1);
    assert_int_equal(subject.thread->frame.sp, 2);
    assert_int_equal(subject.thread->frame.tls, 3);
}

static void configure_is_for_stopped_threads(void **state)
{
    bool stopped = situation->state == THREAD_STOPPED;

    (void)state;
    assert_int_equal(invoke(subject.cap, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE,
                            INIT_SLOT_ADDRESS_SPACE, subject.endpoint, 0, 0),
                     stopped ? RESULT_DONE : RESULT_OCCUPIED);
    expect(situation->state, stopped ? 0 : situation->flags);
    if (stopped && subject.time != 0)
        assert_true(sched_context_is_free(object_of(subject.time)));
}

static void without_the_right_nothing_can_be_done_to_it(void **state)
{
    unsigned weak = mint(subject.cap, RIGHTS_ALL & ~(unsigned)RIGHT_CONTROL, 0);

    (void)state;
    for (unsigned operation = THREAD_CONFIGURE; operation <= THREAD_INSPECT; operation++)
        assert_result(invoke(weak, operation, 0), NO_RIGHT);
    expect(situation->state, situation->flags);
}

static void it_can_be_deleted(void **state)
{
    unsigned time = subject.time;

    (void)state;
    assert_result(delete_slot(subject.cap), DONE);
    if (time != 0 && slot_in_use(time) && situation->unbind != RESULT_BUSY)
        assert_true(sched_context_is_free(object_of(time)));
}

static void suspended_it_can_be_deleted(void **state)
{
    must(subject.cap, THREAD_SUSPEND);
    it_can_be_deleted(state);
}

static void its_time_can_be_deleted(void **state)
{
    (void)state;
    if (subject.time == 0 || !slot_in_use(subject.time))
        return;
    must(subject.cap, THREAD_SUSPEND);
    assert_result(delete_slot(subject.time), DONE);
    inspect();
    assert_int_equal(answer[1] & THREAD_FLAG_HAS_TIME, 0);
    if (situation->finish != NULL && subject.thread->state == situation->state &&
        situation->state == THREAD_CALLING)
        situation->finish();
    must(subject.cap, THREAD_RESUME, 0);
    assert_false(subject.thread->state == THREAD_READY);
}

/* --- Every one of them in every state ------------------------------------------------------- */

struct question {
    const char *name;
    CMUnitTestFunction ask;
};

#define QUESTION(name) { #name, name }
static const struct question questions[] = {
    QUESTION(inspect_tells_it),
    QUESTION(suspend_is_a_mark_beside_it),
    QUESTION(suspended_it_waits_on_and_runs_when_it_is_resumed),
    QUESTION(suspended_and_resumed_it_is_as_it_was),
    QUESTION(resume_answers_for_it),
    QUESTION(resume_by_one_step_answers_for_it),
    QUESTION(suspended_it_can_be_resumed_for_one_step),
    QUESTION(write_registers_answers_for_it),
    QUESTION(time_taken_from_it_answers),
    QUESTION(time_bound_to_it_answers),
    QUESTION(time_taken_and_given_back),
    QUESTION(suspended_and_without_time_it_is_held_until_it_has_both),
    QUESTION(cancel_answers_for_it),
    QUESTION(suspended_it_can_be_cancelled_and_does_not_run),
    QUESTION(start_answers_for_it),
    QUESTION(configure_is_for_stopped_threads),
    QUESTION(without_the_right_nothing_can_be_done_to_it),
    QUESTION(it_can_be_deleted),
    QUESTION(suspended_it_can_be_deleted),
    QUESTION(its_time_can_be_deleted),
};
#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

#define SITUATIONS_MAX 32
static struct CMUnitTest tests[SITUATIONS_MAX * QUESTIONS];
static char names[SITUATIONS_MAX * QUESTIONS][100];

static void add(unsigned index, const struct question *question, const struct situation *in)
{
    snprintf(names[index], sizeof(names[index]), "%s: %s", in->name, question->name);
    tests[index] = (struct CMUnitTest){ names[index], question->ask, boot, NULL,
                                        (void *)(uintptr_t)in };
}

int main(void)
{
    unsigned count = 0;

    if (situation_count > SITUATIONS_MAX)
        sim_fail("more situations than there is room for");
    for (unsigned in = 0; in < situation_count; in++)
        for (unsigned each = 0; each < QUESTIONS; each++)
            add(count++, &questions[each], &situations[in]);
    return run_each("states", tests, count);
}
