/* SPDX-License-Identifier: BSD-2-Clause */
/* The SD card's driver, controller, card and protocol, against the modelled ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"
#include "tests/model_devices/sdhci_model.h"

int sd_main(void);
#define main sd_main
#include "drivers/block/sdhci/main.c"
#undef main

#define BUFFER 65536u
#define SECTOR 512u

static uint8_t buffer[2][BUFFER];
static struct startup_edge *client[2];
static uint64_t word[6];
static uint64_t known[2], usual; /* media that the clients know; that of the modelled card */
static const char *flag; /* in the configuration */

const void *program_config(const char *name, uint32_t *bytes)
{
    if (bytes != NULL)
        *bytes = 0;
    return flag != NULL && strcmp(flag, name) == 0 ? "" : NULL;
}

/* All that happens until nothing does any more: interrupts, then the timer. */
static void settle(void)
{
    for (unsigned i = 0;; i++) {
        assert_true(i < 100000); /* it would never end */
        if (sdhci_model_interrupt()) {
            fake.server->interrupt(158, 0);
        } else if (fake.armed != 0) {
            uint64_t deadline = fake.armed;
            fake.now = fake.now > deadline ? fake.now : deadline;
            fake.armed = 0;
            fake.server->timer(deadline, fake.now);
        } else {
            return;
        }
    }
}

static void begin(void)
{
    memset(&sd, 0, sizeof(sd));
    assert_int_equal(fake_start(sd_main), -1);
}

static int with_card(void **state)
{
    (void)state;
    flag = NULL;
    fake_reset();
    fake.registers = HOST_REGISTER_BYTES;
    for (unsigned i = 0; i < 2; i++)
        client[i] = fake_edge(EDGE_PROVIDE, "client", buffer[i], BUFFER);
    memset(buffer, 0, sizeof(buffer));
    sdhci_model_power_on();
    known[0] = known[1] = usual;
    return 0;
}

static int with_driver(void **state)
{
    with_card(state);
    begin();
    settle();
    return 0;
}

static uint32_t ask(unsigned who, uint32_t operation, uint64_t first, uint64_t count)
{
    memset(word, 0, sizeof(word));
    word[0] = first;
    word[1] = count;
    word[2] = known[who];
    return fake_request(client[who], operation, word);
}

static uint32_t keep_number(unsigned who, uint32_t operation, uint32_t result)
{
    if (operation == BLOCK_INFO && result == SERVICE_OK)
        known[who] = word[3];
    return result;
}

/* The result of a request, which is waited for; its first word in word[0]. */
static uint32_t do_it(unsigned who, uint32_t operation, uint64_t first, uint64_t count)
{
    unsigned before = fake.answers = 0;
    uint32_t result = ask(who, operation, first, count);

    if (result == SERVER_LATER) {
        assert_int_equal(fake.answers, before);
        settle();
        assert_int_equal(fake.answers, before + 1);
        memcpy(word, fake.answer[before].word, sizeof(word));
        result = fake.answer[before].result;
    }
    return keep_number(who, operation, result);
}

/* The clients of each test know the card that is there when it begins. */
static int know_the_card(void **state)
{
    with_driver(state);
    assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    usual = word[3];
    return usual == 0;
}

static void a_card_is_found_and_described(void **state)
{
    (void)state;
    assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[0], SECTOR);
    assert_int_equal(word[1], SDHCI_MODEL_SECTORS);
    assert_int_equal(word[2], BLOCK_REMOVABLE);
    assert_string_equal(fake.log, "a card of 4096 sectors, high capacity");
    assert_true(sdhci_model.wide);
    assert_int_equal(sdhci_model.hz, 25000000);
}

static void a_bus_of_one_line_is_one_and_a_wider_one_has_four(void **state)
{
    (void)state;
    fake.config[0].name = "bus-width";
    for (fake.config[0].value = 1; fake.config[0].value <= 8; fake.config[0].value *= 2) {
        if (fake.config[0].value == 2)
            continue;
        begin();
        settle();
        assert_int_equal(sdhci_model.wide, fake.config[0].value >= 4);
        assert_int_equal(do_it(0, BLOCK_READ, 4, 1), SERVICE_OK);
    }
}

static void sizes_are_read_from_both_kinds_of_csd(void **state)
{
    static const struct {
        unsigned version;
        uint64_t sectors;
    } size[] = {{2, 1024}, {2, 62333952}, {2, 1ull << 32}, {1, 512}, {1, 2097152}, {1, 1955840}};
    for (unsigned i = 0; i < COUNT_OF(size); i++) {
        with_card(state);
        sdhci_model_size(size[i].version, size[i].sectors);
        begin();
        settle();
        assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), SERVICE_OK);
        assert_int_equal(word[1], size[i].sectors);
    }
}

static void one_and_several_blocks_are_read_and_written(void **state)
{
    (void)state;
    assert_int_equal(do_it(0, BLOCK_READ, 7, 1), SERVICE_OK);
    assert_memory_equal(buffer[0], sdhci_model.image + 7 * SECTOR, SECTOR);
    assert_int_equal(buffer[0][SECTOR], 0);
    assert_int_equal(do_it(0, BLOCK_READ, 100, 128), SERVICE_OK);
    assert_memory_equal(buffer[0], sdhci_model.image + 100 * SECTOR, 128 * SECTOR);
    for (unsigned i = 0; i < BUFFER; i++)
        buffer[0][i] = (uint8_t)(i * 7 + i / SECTOR);
    assert_int_equal(do_it(0, BLOCK_WRITE, 500, 128), SERVICE_OK);
    assert_memory_equal(sdhci_model.image + 500 * SECTOR, buffer[0], 128 * SECTOR);
    assert_int_equal(do_it(0, BLOCK_WRITE, 4095, 1), SERVICE_OK);
    assert_memory_equal(sdhci_model.image + 4095 * SECTOR, buffer[0], SECTOR);
    assert_int_equal(sdhci_model.commands[17], 1);
    assert_int_equal(sdhci_model.commands[18], 1);
    assert_int_equal(sdhci_model.commands[24], 1);
    assert_int_equal(sdhci_model.commands[25], 1);
}

static void an_old_card_is_addressed_by_bytes(void **state)
{
    for (unsigned version_2 = 0; version_2 < 2; version_2++) {
        with_card(state);
        sdhci_model.version_2 = version_2;
        sdhci_model.high_capacity = false;
        sdhci_model_size(1, SDHCI_MODEL_SECTORS);
        begin();
        settle();
        assert_string_equal(fake.log, "a card of 4096 sectors, standard capacity");
        assert_int_equal(do_it(0, BLOCK_READ, 4000, 96), SERVICE_OK);
        assert_memory_equal(buffer[0], sdhci_model.image + 4000 * SECTOR, 96 * SECTOR);
    }
}

static void a_write_is_answered_when_the_card_is_done_with_it(void **state)
{
    (void)state;
    sdhci_model.programs = 5;
    assert_int_equal(do_it(0, BLOCK_WRITE, 3, 2), SERVICE_OK);
    assert_int_equal(sdhci_model.commands[13], 6);
    assert_int_equal(do_it(0, BLOCK_FLUSH, 0, 0), SERVICE_OK);
    assert_int_equal(sdhci_model.commands[13], 7);
}

static void a_write_that_the_card_reports_as_bad_fails(void **state)
{
    (void)state;
    sdhci_model.status = 1u << 26; /* WP_VIOLATION */
    assert_int_equal(do_it(0, BLOCK_WRITE, 3, 2), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_IO);
    assert_string_equal(fake.log,
                        "writing of 2 sectors at 3 failed: the card reports an error");
    sdhci_model.status = 0;
    assert_int_equal(do_it(0, BLOCK_WRITE, 3, 2), SERVICE_OK);
}

/* It says so in its answer and sends nothing: who waited for data would wait for long. */
static void a_transfer_that_the_card_refuses_fails_at_once(void **state)
{
    (void)state;
    sdhci_model.ends = 100;
    assert_int_equal(do_it(0, BLOCK_READ, 100, 4), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_IO);
    assert_string_equal(fake.log,
                        "reading of 4 sectors at 100 failed: the card reports an error");
    assert_int_equal(do_it(0, BLOCK_WRITE, 100, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_IO);
    assert_int_equal(do_it(0, BLOCK_READ, 96, 4), SERVICE_OK);
    assert_memory_equal(buffer[0], sdhci_model.image + 96 * SECTOR, 4 * SECTOR);
}

static void requests_are_done_in_order(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 1, 4), SERVER_LATER);
    unsigned first = fake.reserved;
    assert_int_equal(ask(1, BLOCK_READ, 9, 4), SERVER_LATER);
    settle();
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[0].reply, first);
    assert_memory_equal(buffer[0], sdhci_model.image + SECTOR, 4 * SECTOR);
    assert_memory_equal(buffer[1], sdhci_model.image + 9 * SECTOR, 4 * SECTOR);
}

static void what_is_not_on_the_card_is_refused(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, SDHCI_MODEL_SECTORS, 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(0, BLOCK_READ, UINT64_MAX, 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(0, BLOCK_READ, 0, 129), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(0, BLOCK_WRITE, 0, 0), SERVICE_BAD_ARGUMENT);
    assert_int_equal(sdhci_model.transfers, 0);
}

static void a_protected_card_is_not_written_to(void **state)
{
    (void)state;
    sdhci_model.csd[0] |= 1u << 13; /* for good */
    begin();
    settle();
    assert_int_equal(ask(0, BLOCK_WRITE, 0, 1), SERVICE_NOT_PERMITTED);
    sdhci_model.csd[0] = 1u << 12; /* for now */
    begin();
    settle();
    assert_int_equal(ask(0, BLOCK_WRITE, 0, 1), SERVICE_NOT_PERMITTED);
    sdhci_model.csd[0] = 0;
    sdhci_model.unprotected = false; /* by its switch */
    begin();
    settle();
    assert_int_equal(ask(0, BLOCK_WRITE, 0, 1), SERVICE_NOT_PERMITTED);
    assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[2], BLOCK_REMOVABLE | BLOCK_READ_ONLY);
    flag = "disable-wp";
    begin();
    settle();
    assert_int_equal(do_it(0, BLOCK_WRITE, 0, 1), SERVICE_OK);
}

/* A transfer that fails is stopped, the card asked, and the request done again. */
static void a_passing_error_is_not_seen_by_the_client(void **state)
{
    static const uint32_t error[] = {HOST_DATA_TIMEOUT, 1u << 21, 1u << 22, 1u << 24, 0};
    for (unsigned i = 0; i < COUNT_OF(error); i++) {
        for (unsigned writes = 0; writes < 2; writes++) {
            with_driver(state);
            sdhci_model.error_after = 3;
            sdhci_model.error = error[i];
            memset(buffer[0], 0x5a, BUFFER);
            uint32_t operation = writes ? BLOCK_WRITE : BLOCK_READ;
            assert_int_equal(do_it(0, operation, 20, 8), SERVICE_OK);
            assert_memory_equal(buffer[0], sdhci_model.image + 20 * SECTOR, 8 * SECTOR);
            assert_int_equal(sdhci_model.transfers, 2);
            assert_int_equal(sdhci_model.resets, 1);
        }
    }
}

static void an_error_that_stays_is_told_and_the_card_goes_on(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        sdhci_model.error_after = i;
        sdhci_model.error = 1u << 21;
        if (i > 0)
            settle();
        assert_int_equal(ask(0, BLOCK_READ, 20, 4), SERVER_LATER);
        for (unsigned n = 0; n < 10000 && fake.answers == 0; n++) {
            if (sdhci_model.error_after > 4)
                sdhci_model.error_after = i;
            if (sdhci_model_interrupt())
                fake.server->interrupt(158, 0);
        }
        assert_int_equal(fake.answers, 1);
        assert_int_equal(fake.answer[0].result, SERVICE_FAILED);
        assert_int_equal(fake.answer[0].word[0], BLOCK_IO);
        assert_string_equal(fake.log, "reading of 4 sectors at 20 failed: a transmission error");
        sdhci_model.error_after = UINT32_MAX;
        assert_int_equal(do_it(0, BLOCK_READ, 20, 4), SERVICE_OK);
        fake.answers = 0;
    }
}

static void a_transfer_that_the_controller_ends_too_early_fails(void **state)
{
    (void)state;
    sdhci_model.early = true;
    assert_int_equal(do_it(0, BLOCK_READ, 20, 4), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_IO);
    sdhci_model.early = false;
    assert_int_equal(do_it(0, BLOCK_READ, 20, 4), SERVICE_OK);
}

static void a_card_that_does_not_end_writing_is_given_up(void **state)
{
    (void)state;
    sdhci_model.programs = UINT32_MAX;
    assert_int_equal(do_it(0, BLOCK_WRITE, 20, 4), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    assert_string_equal(fake.log, "no card: the card does not come to rest");
}

static void a_card_that_falls_silent_is_lost_after_a_time(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 20, 4), SERVER_LATER);
    assert_int_equal(ask(1, BLOCK_READ, 20, 4), SERVER_LATER);
    sdhci_model.deaf = true;
    sdhci_model.error_after = 0;
    sdhci_model.error = HOST_DATA_TIMEOUT;
    settle();
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[0].word[0], BLOCK_NO_MEDIUM);
    assert_int_equal(fake.answer[1].word[0], BLOCK_NO_MEDIUM);
    assert_string_equal(fake.log, "no card: the card is gone");
    assert_int_equal(ask(0, BLOCK_READ, 20, 4), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
}

static void a_controller_that_says_nothing_hangs_nobody(void **state)
{
    (void)state;
    sdhci_model.mute = true;
    assert_int_equal(do_it(0, BLOCK_READ, 20, 4), SERVICE_FAILED);
    assert_int_equal(do_it(0, BLOCK_INFO, 20, 4), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    sdhci_model.mute = false;
    assert_int_equal(do_it(0, BLOCK_INFO, 20, 4), SERVICE_OK);
    assert_int_equal(do_it(0, BLOCK_READ, 20, 4), SERVICE_OK);
}

static void a_controller_that_stays_busy_hangs_nobody(void **state)
{
    (void)state;
    sdhci_model.busy = true;
    assert_int_equal(do_it(0, BLOCK_READ, 20, 4), SERVICE_FAILED);
    assert_int_equal(do_it(0, BLOCK_INFO, 20, 4), SERVICE_FAILED);
}

static void a_controller_that_takes_its_time_is_waited_for(void **state)
{
    with_card(state);
    sdhci_model.reset_looks = sdhci_model.clock_looks = 50;
    begin();
    settle();
    assert_int_equal(do_it(0, BLOCK_READ, 20, 4), SERVICE_OK);
    sdhci_model.reset_looks = UINT32_MAX;
    begin();
    settle();
    assert_string_equal(fake.log, "no card: the controller does not answer");
    sdhci_model.reset_looks = 0;
    sdhci_model.clock_looks = UINT32_MAX;
    begin();
    settle();
    assert_string_equal(fake.log, "no card: the controller does not answer");
}

static void without_a_card_clients_are_told_so(void **state)
{
    with_card(state);
    sdhci_model.present = false;
    begin();
    settle();
    assert_string_equal(fake.log, "no card: there is no card");
    assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    assert_int_equal(do_it(0, BLOCK_READ, 0, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
}

static void a_card_that_is_put_in_is_found(void **state)
{
    without_a_card_clients_are_told_so(state);
    sdhci_model_insert();
    settle();
    assert_string_equal(fake.log, "a card of 4096 sectors, high capacity");
    assert_int_equal(do_it(0, BLOCK_READ, 4, 1), SERVICE_OK);
}

/* Without a switch, whoever asks makes the driver look. */
static void a_card_is_found_without_a_card_switch(void **state)
{
    with_card(state);
    flag = "broken-cd";
    sdhci_model.present = false;
    begin();
    settle();
    sdhci_model_insert();
    assert_false(sdhci_model_interrupt());
    assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(do_it(0, BLOCK_READ, 4, 1), SERVICE_OK);
    sdhci_model_remove();
    assert_false(sdhci_model_interrupt());
    assert_int_equal(do_it(0, BLOCK_READ, 4, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
}

static void a_card_that_is_pulled_ends_what_is_under_way(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 4, 100), SERVER_LATER);
    assert_int_equal(ask(1, BLOCK_WRITE, 4, 100), SERVER_LATER);
    fake.server->interrupt(158, 0);
    sdhci_model_remove();
    settle();
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[0].word[0], BLOCK_NO_MEDIUM);
    assert_int_equal(fake.answer[1].word[0], BLOCK_NO_MEDIUM);
    assert_string_equal(fake.log, "no card: the card was taken out");
    sdhci_model_insert();
    settle();
    assert_int_equal(do_it(0, BLOCK_READ, 4, 100), SERVICE_OK);
    assert_memory_equal(buffer[0], sdhci_model.image + 4 * SECTOR, 100 * SECTOR);
}

/* Nobody writes to a card that he does not know. */
static void another_card_is_not_touched_before_its_size_was_asked(void **state)
{
    (void)state;
    sdhci_model_remove();
    settle();
    sdhci_model.cid[2] ^= 1;
    sdhci_model_insert();
    settle();
    assert_int_equal(ask(0, BLOCK_WRITE, 4, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(do_it(0, BLOCK_WRITE, 4, 1), SERVICE_OK);
    assert_int_equal(ask(1, BLOCK_READ, 4, 1), SERVICE_FAILED);
}

/* Nobody told the driver: it died before, and what it knew with it. */
static void a_card_that_was_changed_while_the_driver_was_away_is_another(void **state)
{
    static uint8_t before[SDHCI_MODEL_SECTORS * SECTOR];
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(sdhci_model.cid); i++) {
        with_driver(state);
        assert_int_equal(do_it(0, BLOCK_WRITE, 4, 1), SERVICE_OK);
        memcpy(before, sdhci_model.image, sizeof(before));
        sdhci_model.cid[i] ^= 0x100;
        begin();
        memset(buffer[0], 0x99, SECTOR);
        assert_int_equal(do_it(0, BLOCK_WRITE, 4, 1), SERVICE_FAILED);
        assert_int_equal(word[0], BLOCK_NO_MEDIUM);
        assert_int_equal(do_it(0, BLOCK_FLUSH, 0, 0), SERVICE_FAILED);
        assert_memory_equal(sdhci_model.image, before, sizeof(before));
        assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), SERVICE_OK);
        assert_int_equal(do_it(0, BLOCK_WRITE, 4, 1), SERVICE_OK);
    }
}

static void a_card_of_another_size_is_another(void **state)
{
    (void)state;
    sdhci_model_size(2, 1024);
    begin();
    assert_int_equal(do_it(0, BLOCK_READ, 4, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
}

static void the_same_card_is_the_same_for_a_new_driver(void **state)
{
    (void)state;
    begin();
    assert_int_equal(do_it(0, BLOCK_WRITE, 4, 1), SERVICE_OK);
    sdhci_model_remove();
    settle();
    sdhci_model_insert();
    settle();
    assert_int_equal(do_it(0, BLOCK_WRITE, 4, 1), SERVICE_OK);
}

static void a_switch_that_bounces_is_no_removal(void **state)
{
    (void)state;
    sdhci_model_remove();
    sdhci_model.present = true;
    settle();
    assert_int_equal(do_it(0, BLOCK_READ, 4, 1), SERVICE_OK);
    assert_int_equal(sdhci_model.resets, 1);
}

static void requests_wait_while_the_card_is_being_identified(void **state)
{
    with_card(state);
    begin();
    assert_int_equal(ask(0, BLOCK_READ, 4, 1), SERVER_LATER);
    assert_int_equal(ask(1, BLOCK_READ, SDHCI_MODEL_SECTORS, 1), SERVER_LATER);
    settle();
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[0].result, SERVICE_BAD_ARGUMENT);
    assert_int_equal(fake.answer[1].result, SERVICE_OK);
    assert_memory_equal(buffer[0], sdhci_model.image + 4 * SECTOR, SECTOR);
}

/* The last driver died at any time: whatever the card was doing, it is found again. */
static void a_new_incarnation_takes_the_card_over(void **state)
{
    for (unsigned events = 0; events < 60; events++) {
        with_card(state);
        begin();
        for (unsigned i = 0; i < events; i++) {
            if (i == 30)
                ask(0, events % 2 ? BLOCK_READ : BLOCK_WRITE, 4, 100);
            if (sdhci_model_interrupt())
                fake.server->interrupt(158, 0);
            else if (fake.armed != 0)
                fake.server->timer(fake.armed, fake.now = fake.armed);
        }
        begin();
        settle();
        assert_int_equal(do_it(0, BLOCK_READ, 9, 3), SERVICE_OK);
        assert_memory_equal(buffer[0], sdhci_model.image + 9 * SECTOR, 3 * SECTOR);
    }
}

static void what_a_dead_client_was_writing_stops(void **state)
{
    static uint8_t before[BUFFER];
    (void)state;
    memcpy(before, sdhci_model.image + 1000 * SECTOR, BUFFER);
    memset(buffer[0], 0x11, BUFFER);
    assert_int_equal(ask(0, BLOCK_WRITE, 1000, 128), SERVER_LATER);
    fake.server->interrupt(158, 0);
    memset(before, 0x11, 8 * SECTOR); /* that much it had moved */
    memset(buffer[0], 0x22, BUFFER);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    settle();
    assert_memory_equal(sdhci_model.image + 1000 * SECTOR, before, BUFFER);
    assert_int_equal(fake.slots, 16);
    assert_int_equal(do_it(0, BLOCK_WRITE, 1000, 128), SERVICE_OK);
    assert_memory_equal(buffer[0], sdhci_model.image + 1000 * SECTOR, BUFFER);
}

static void a_line_that_another_device_raised_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 4, 2), SERVER_LATER);
    for (unsigned i = 0; i < 100; i++) {
        while (sdhci_model_interrupt())
            fake.server->interrupt(158, 0);
        fake.server->interrupt(158, 0);
    }
    assert_int_equal(fake.answers, 1);
    assert_int_equal(fake.answer[0].result, SERVICE_OK);
}

static void a_timer_that_was_on_its_way_is_no_timeout(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 4, 2), SERVER_LATER);
    uint64_t deadline = fake.armed;
    fake.server->timer(deadline - 5, deadline - 5);
    assert_int_equal(fake.armed, deadline);
    settle();
    assert_int_equal(fake.answer[0].result, SERVICE_OK);
    assert_int_equal(sdhci_model.transfers, 1);
}

static void cards_that_cannot_be_used_are_refused_in_words(void **state)
{
    static const struct {
        uint32_t voltages, echo, csd;
        unsigned starts;
        const char *line;
    } bad[] = {
        {0x00ff8000, 0x0aa, 1u << 30, 1, "no card: the card cannot work with this voltage"},
        {0, 0x1aa, 1u << 30, 1, "no card: the card cannot work with this voltage"},
        {0x00ff8000, 0x1aa, 1u << 30, 0, "no card: the card does not start"},
        {0x00ff8000, 0x1aa, 2u << 30, 1, "no card: the card does not say how large it is"},
        {0x00ff8000, 0x1aa, 3u << 30, 1, "no card: the card does not say how large it is"},
    };
    for (unsigned i = 0; i < COUNT_OF(bad); i++) {
        with_card(state);
        sdhci_model.ocr_voltages = bad[i].voltages;
        sdhci_model.echo = bad[i].echo;
        sdhci_model.csd[3] = bad[i].csd;
        sdhci_model.starts = bad[i].starts;
        begin();
        settle();
        assert_string_equal(fake.log, bad[i].line);
    }
    for (uint32_t length = 0; length < 16; length++) {
        with_card(state);
        sdhci_model_size(1, 1024);
        sdhci_model.csd[2] = (sdhci_model.csd[2] & ~(15u << 16)) | length << 16;
        begin();
        settle();
        bool good = length >= 9 && length <= 11;
        assert_int_equal(do_it(0, BLOCK_INFO, 0, 0), good ? SERVICE_OK : SERVICE_FAILED);
    }
}

/* The card's clock is never faster than asked for, whatever the base and the version. */
static void the_clock_is_divided_as_the_controller_can(void **state)
{
    static const uint32_t base[] = {10, 25, 26, 50, 52, 63, 100, 200, 250};
    for (unsigned i = 0; i < COUNT_OF(base); i++) {
        for (uint32_t version = 1; version < 3; version++) {
            if (version < 2 && base[i] > 63)
                continue;
            with_card(state);
            sdhci_model.capabilities = base[i] << 8;
            sdhci_model.version = version;
            begin();
            assert_in_range(sdhci_model.hz, 90000, 400000);
            settle();
            assert_in_range(sdhci_model.hz, 8000000, 25000000);
        }
    }
}

static void without_registers_it_says_so_and_ends(void **state)
{
    (void)state;
    fake.registers = 0x40;
    memset(&sd, 0, sizeof(sd));
    assert_int_equal(fake_start(sd_main), PROGRAM_EXIT_FOR_GOOD);
    assert_string_equal(fake.log, "no registers of an SD host controller: 64 bytes, not 256");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(a_card_is_found_and_described),
        TEST(a_bus_of_one_line_is_one_and_a_wider_one_has_four),
        TEST(sizes_are_read_from_both_kinds_of_csd),
        TEST(one_and_several_blocks_are_read_and_written),
        TEST(an_old_card_is_addressed_by_bytes),
        TEST(a_write_is_answered_when_the_card_is_done_with_it),
        TEST(a_write_that_the_card_reports_as_bad_fails),
        TEST(a_transfer_that_the_card_refuses_fails_at_once),
        TEST(requests_are_done_in_order),
        TEST(what_is_not_on_the_card_is_refused),
        TEST(a_protected_card_is_not_written_to),
        TEST(a_passing_error_is_not_seen_by_the_client),
        TEST(an_error_that_stays_is_told_and_the_card_goes_on),
        TEST(a_transfer_that_the_controller_ends_too_early_fails),
        TEST(a_card_that_does_not_end_writing_is_given_up),
        TEST(a_card_that_falls_silent_is_lost_after_a_time),
        TEST(a_controller_that_says_nothing_hangs_nobody),
        TEST(a_controller_that_stays_busy_hangs_nobody),
        TEST(a_controller_that_takes_its_time_is_waited_for),
        TEST(without_a_card_clients_are_told_so),
        TEST(a_card_that_is_put_in_is_found),
        TEST(a_card_is_found_without_a_card_switch),
        TEST(a_card_that_is_pulled_ends_what_is_under_way),
        TEST(another_card_is_not_touched_before_its_size_was_asked),
        TEST(a_card_that_was_changed_while_the_driver_was_away_is_another),
        TEST(a_card_of_another_size_is_another),
        TEST(the_same_card_is_the_same_for_a_new_driver),
        TEST(a_switch_that_bounces_is_no_removal),
        TEST(requests_wait_while_the_card_is_being_identified),
        TEST(a_new_incarnation_takes_the_card_over),
        TEST(what_a_dead_client_was_writing_stops),
        TEST(a_line_that_another_device_raised_changes_nothing),
        TEST(a_timer_that_was_on_its_way_is_no_timeout),
        TEST(cards_that_cannot_be_used_are_refused_in_words),
        TEST(the_clock_is_divided_as_the_controller_can),
        TEST(without_registers_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, know_the_card, NULL);
}
