/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps: what each begins with, and what ends it. An error of a transfer resets the
 * controller's lines, stops the card and asks whether it is still there, as the host
 * controller's specification has it in 3.10.
 */
#include "card.h"

#define FIRST_HZ     400000u /* 4.2.1: while a card is being identified */
#define US_PER_MS    1000u
#define COMMAND_US   (1000u * US_PER_MS)  /* no command takes that long */
#define MOVE_US      (10000u * US_PER_MS) /* nor so many blocks */
#define LOOK_US      US_PER_MS
#define POWER_US     (5u * US_PER_MS)  /* 6.4.1: 1 ms after the voltage is there, 74 clocks */
#define BUSY_US      (10u * US_PER_MS) /* between two ACMD41, or two CMD12 */
#define LOOKS        200u
#define REPEATS_OP   150u  /* 1.5 s; 4.2.3 says 1 s */
#define REPEATS_MOVE 2000u /* 2 s; 4.6.2.2 says 500 ms */
#define REPEATS_STOP 100u
#define BLOCKS_ATONCE 8u /* in an interrupt; for more the line is still up */

/* Card status in R1, 4.10.1: errors, and where the card is. */
#define R1_ERRORS        0xfdf90000u
#define R1_ILLEGAL       (1u << 22)
#define R1_READY         (1u << 8)
#define R1_STATE_SHIFT   9
#define R1_STATE_MASK    0xfu
#define R1_STATE_TRAN    4u
#define R1_STATE_RECEIVE 6u
#define R1_STATE_PROGRAM 7u

#define CMD17 17
#define CMD18 18
#define CMD24 24
#define CMD25 25

static void wait_us(struct card *card, uint32_t us)
{
    card->wait_us = us;
    card->waits++;
}

void card_lose(struct card *card, const char *why)
{
    card->step = CARD_OFF;
    card->awaited = 0;
    card->why = why;
    card->outcome = CARD_LOST;
}

static void fail(struct card *card, const char *why)
{
    card->step = CARD_READY;
    card->why = why;
    card->outcome = CARD_FAILED;
}

static void clear_lines(struct card *card, enum card_step next)
{
    card->cleared = next;
    card_begin(card, CARD_CLEAR);
}

/* A transfer, or the question for the card's state, went wrong; what for is said later. */
static void recover(struct card *card, const char *why)
{
    card->why = why;
    card->timed_out = false;
    card->repeats = REPEATS_STOP;
    clear_lines(card, CARD_STOP);
}

/* What the step waits for did not come, or came with errors. */
static void command_failed(struct card *card, uint32_t errors)
{
    bool timed_out = errors == 0 || errors & (HOST_COMMAND_TIMEOUT | HOST_DATA_TIMEOUT);

    card->awaited = 0;
    switch (card->step) {
    case CARD_CONDITION: /* 4.3.13: a card of version 1 does not answer */
        clear_lines(card, CARD_PREFIX_OP);
        break;
    case CARD_MOVE:
    case CARD_CHECK:
        recover(card, timed_out ? "no answer" : "a transmission error");
        card->timed_out = timed_out;
        break;
    case CARD_STOP:
        clear_lines(card, CARD_ALIVE);
        break;
    case CARD_PREFIX_OP:
        card_lose(card, "there is no card");
        break;
    case CARD_ALIVE:
        card_lose(card, "the card is gone");
        break;
    default:
        card_lose(card, "the card does not let itself be identified");
        break;
    }
}

static void issue(struct card *card)
{
    struct host_command command;

    if (!card_command(card, &command))
        return;
    card->awaited = HOST_COMMAND_COMPLETE;
    if (host_has_transfer(&command))
        card->awaited |= HOST_TRANSFER_COMPLETE;
    wait_us(card, card->step == CARD_MOVE ? MOVE_US : COMMAND_US);
    if (!host_issue(&card->host, &command))
        command_failed(card, 0);
}

static void power_on(struct card *card)
{
    host_listen(&card->host, card->card_switch);
    host_power_on(&card->host);
    host_clock_on(&card->host);
    card_begin(card, CARD_POWER);
}

static bool is_over(const struct card *card)
{
    switch (card->step) {
    case CARD_RESET:
    case CARD_CLEAR:
        return !host_is_resetting(&card->host);
    case CARD_CLOCK:
    case CARD_FAST:
        return host_clock_is_stable(&card->host);
    default:
        return true;
    }
}

/* A step that waits for the controller, or for some time, is over. */
static void go_on(struct card *card)
{
    switch (card->step) {
    case CARD_RESET:
        host_clock(&card->host, FIRST_HZ);
        card_begin(card, CARD_CLOCK);
        break;
    case CARD_CLOCK:
        power_on(card);
        break;
    case CARD_POWER:
        card_begin(card, CARD_IDLE);
        break;
    case CARD_BUSY:
        card_begin(card, CARD_PREFIX_OP);
        break;
    case CARD_FAST:
        host_clock_on(&card->host);
        card_begin(card, CARD_SELECT);
        break;
    case CARD_PROGRAM:
        card_begin(card, CARD_CHECK);
        break;
    case CARD_REST:
        clear_lines(card, CARD_STOP);
        break;
    case CARD_CLEAR:
        card_begin(card, card->cleared);
        break;
    default:
        break;
    }
}

/* The controller is mostly ready at once; if not, the timer looks again. */
static void look(struct card *card)
{
    if (is_over(card))
        go_on(card);
    else
        wait_us(card, LOOK_US);
}

void card_begin(struct card *card, enum card_step step)
{
    card->step = step;
    card->awaited = 0;
    switch (step) {
    case CARD_OFF:
    case CARD_READY:
        break;
    case CARD_RESET:
    case CARD_CLOCK:
    case CARD_FAST:
        card->looks = LOOKS;
        look(card);
        break;
    case CARD_CLEAR:
        host_reset_lines(&card->host);
        card->looks = LOOKS;
        look(card);
        break;
    case CARD_POWER:
        card->repeats = REPEATS_OP;
        wait_us(card, POWER_US);
        break;
    case CARD_BUSY:
    case CARD_REST:
        wait_us(card, BUSY_US);
        break;
    case CARD_PROGRAM:
        wait_us(card, LOOK_US);
        break;
    default:
        issue(card);
        break;
    }
}

/* A reset forgets all interrupts that are pending and all that the card was about. */
void card_start(struct card *card)
{
    card->version_2 = card->blocks = card->read_only = false;
    card->sectors = 0;
    card->address = 0;
    card->outcome = CARD_GOES_ON;
    host_reset(&card->host);
    card_begin(card, CARD_RESET);
}

void card_move(struct card *card, enum host_direction direction, uint64_t sector, uint16_t sectors,
               uint8_t *const *data)
{
    uint8_t single = direction == HOST_READS ? CMD17 : CMD24;
    uint8_t several = direction == HOST_READS ? CMD18 : CMD25;

    card->move = (struct host_command){
        .index = sectors > 1 ? several : single,
        .response = HOST_R1,
        .argument = (uint32_t)(card->blocks ? sector : sector * HOST_BLOCK_BYTES),
        .direction = direction,
        .blocks = sectors,
    };
    card->data = data;
    card->moved = 0;
    card->repeats = REPEATS_MOVE;
    card_begin(card, CARD_MOVE);
}

void card_flush(struct card *card)
{
    card->repeats = REPEATS_MOVE;
    card_begin(card, CARD_CHECK);
}

static uint32_t r1(const struct card *card)
{
    return host_read(&card->host, HOST_RESPONSE);
}

static unsigned state_of(uint32_t status)
{
    return status >> R1_STATE_SHIFT & R1_STATE_MASK;
}

/* What was written is safe when the card is back in its transfer state, 4.3.4. */
static void take_check(struct card *card, uint32_t status)
{
    if (status & R1_ERRORS) {
        recover(card, "the card reports an error");
    } else if (status & R1_READY && state_of(status) == R1_STATE_TRAN) {
        card_begin(card, CARD_READY);
        card->outcome = CARD_DONE;
    } else if (state_of(status) == R1_STATE_PROGRAM || state_of(status) == R1_STATE_RECEIVE) {
        card_begin(card, CARD_PROGRAM);
    } else {
        recover(card, "the card is where it should not be");
    }
}

static void take_move(struct card *card)
{
    if (card->moved != card->move.blocks) {
        recover(card, "the controller ended too early");
    } else if (card->move.direction == HOST_WRITES) {
        card_begin(card, CARD_CHECK);
    } else {
        card_begin(card, CARD_READY);
        card->outcome = CARD_DONE;
    }
}

/* The card answers to its address, so it is the one that it was. */
static void take_alive(struct card *card, uint32_t status)
{
    if (state_of(status) == R1_STATE_TRAN)
        fail(card, card->why);
    else
        card_begin(card, CARD_REST);
}

static void command_done(struct card *card)
{
    struct host_command command;
    bool checked = card_command(card, &command) &&
                   (command.response == HOST_R1 || command.response == HOST_R1B);
    uint32_t errors = checked ? r1(card) & R1_ERRORS : 0;

    switch (card->step) {
    case CARD_CHECK:
        take_check(card, r1(card));
        return;
    case CARD_STOP:
        card_begin(card, CARD_ALIVE);
        return;
    case CARD_ALIVE:
        take_alive(card, r1(card));
        return;
    case CARD_PREFIX_OP:
        errors &= ~R1_ILLEGAL; /* of the CMD8 before, which old cards do not know */
        break;
    default:
        break;
    }
    if (errors != 0 && card->step == CARD_MOVE)
        recover(card, "the card reports an error");
    else if (errors != 0)
        card_lose(card, "the card does not let itself be identified");
    else if (card->step == CARD_MOVE)
        take_move(card);
    else
        card_identify(card);
}

/* A write whose client is gone stops here: what would follow is nobody's data. */
static bool move_block(struct card *card)
{
    bool writes = card->move.direction == HOST_WRITES;
    uint8_t *data = *card->data;

    if (data != NULL)
        data += (uint32_t)card->moved * HOST_BLOCK_BYTES;
    if (writes && data == NULL)
        return false;
    if (writes)
        host_write_block(&card->host, data);
    else
        host_read_block(&card->host, data);
    card->moved++;
    return true;
}

static void move_blocks(struct card *card)
{
    uint32_t enabled = card->move.direction == HOST_WRITES ? HOST_WRITE_ENABLE : HOST_READ_ENABLE;

    for (unsigned i = 0; i < BLOCKS_ATONCE && card->moved < card->move.blocks; i++) {
        if (!(host_read(&card->host, HOST_PRESENT) & enabled))
            return;
        if (!move_block(card)) {
            recover(card, "its client is gone");
            return;
        }
    }
}

/* The switch may bounce: what it says is believed when it says so still. */
static bool was_removed(const struct card *card, uint32_t status)
{
    return card->card_switch && status & HOST_REMOVED && card->step != CARD_OFF &&
           !(host_read(&card->host, HOST_PRESENT) & HOST_CARD_INSERTED);
}

/* A card that refuses a transfer in its answer sends no data, so nothing would complete it. */
static bool is_refused(const struct card *card, uint32_t status)
{
    return card->step == CARD_MOVE && status & HOST_COMMAND_COMPLETE && r1(card) & R1_ERRORS;
}

static void handle(struct card *card, uint32_t status)
{
    if (status & HOST_ERRORS && card->awaited != 0) {
        command_failed(card, status & HOST_ERRORS);
        return;
    }
    if (card->step == CARD_MOVE && status & (HOST_READ_READY | HOST_WRITE_READY))
        move_blocks(card);
    if (card->awaited == 0 || !(card->awaited & status))
        return;
    card->awaited &= ~status;
    if (card->awaited == 0 || is_refused(card, status))
        command_done(card);
}

void card_interrupt(struct card *card)
{
    uint32_t status = host_take_status(&card->host);

    if (was_removed(card, status))
        card_lose(card, "the card was taken out");
    else if (card->step == CARD_OFF && card->card_switch && status & HOST_INSERTED)
        card_start(card);
    else
        handle(card, status);
}

/* The card was asked often enough. */
static void give_up(struct card *card)
{
    if (card->step == CARD_BUSY)
        card_lose(card, "the card does not start");
    else if (card->step == CARD_PROGRAM)
        recover(card, "the card does not end writing");
    else
        card_lose(card, "the card does not come to rest");
}

static void look_again(struct card *card)
{
    if (!is_over(card) && card->looks-- == 0)
        card_lose(card, "the controller does not answer");
    else
        look(card);
}

void card_timer(struct card *card)
{
    if (card->awaited != 0) {
        command_failed(card, 0);
        return;
    }
    switch (card->step) {
    case CARD_OFF:
    case CARD_READY:
        break;
    case CARD_POWER:
        go_on(card);
        break;
    case CARD_BUSY:
    case CARD_PROGRAM:
    case CARD_REST:
        if (card->repeats-- == 0)
            give_up(card);
        else
            go_on(card);
        break;
    default:
        look_again(card);
        break;
    }
}
