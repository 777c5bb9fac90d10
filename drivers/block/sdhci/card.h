/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An SD card behind a host controller: "SD Physical Layer Simplified Specification". A
 * machine of steps: each waits for an interrupt or for the timer, so nothing here waits
 * by looking again and again, and a card that never answers ends a step by its deadline.
 *
 * Whoever calls it looks at `outcome` afterwards, and sets the timer if `waits` changed.
 */
#pragma once
#include "host.h"

enum card_step {
    CARD_OFF,       /* there is none, or it is given up */
    CARD_RESET,     /* the controller resets itself */
    CARD_CLOCK,     /* its clock starts */
    CARD_POWER,     /* the card gets power and clock */
    CARD_IDLE,      /* CMD0 */
    CARD_CONDITION, /* CMD8: version 2 or later? */
    CARD_PREFIX_OP, /* CMD55 */
    CARD_OP,        /* ACMD41: its voltage, and that it is there */
    CARD_BUSY,      /* it starts up; ask again in a while */
    CARD_CID,       /* CMD2: who it is */
    CARD_ADDRESS,   /* CMD3: its address */
    CARD_CSD,       /* CMD9: its size */
    CARD_FAST,      /* the clock is stable at full speed */
    CARD_SELECT,    /* CMD7 */
    CARD_PREFIX_WIDTH,
    CARD_WIDTH,  /* ACMD6: four lines */
    CARD_LENGTH, /* CMD16: blocks of 512 bytes */
    CARD_READY,
    CARD_MOVE,    /* CMD17, 18, 24 or 25 */
    CARD_CHECK,   /* CMD13: has it written, and well? */
    CARD_PROGRAM, /* it still writes; ask again in a while */
    CARD_CLEAR,   /* after an error: the controller's lines are reset */
    CARD_STOP,    /* CMD12 */
    CARD_ALIVE,   /* CMD13: is it still there? */
    CARD_REST,    /* it is, and busy; stop it again in a while */
};

enum card_outcome {
    CARD_GOES_ON,
    CARD_FOUND,  /* it is ready, and described below */
    CARD_DONE,   /* what was asked for is moved, or flushed */
    CARD_FAILED, /* it was not, but the card is still there */
    CARD_LOST,   /* there is no card; `why` */
};

struct card {
    struct host host;
    bool wide;        /* four lines are connected */
    bool card_switch; /* the controller sees whether a card is there */
    bool no_lock;     /* there is no switch on the card's side for writing */

    enum card_step step;
    enum card_outcome outcome; /* taken and reset by the caller */
    const char *why;           /* of CARD_FAILED and CARD_LOST */
    bool timed_out;            /* so was CARD_FAILED */
    uint32_t wait_us;          /* the timer goes off that much after `waits` changed */
    unsigned waits;
    unsigned looks;          /* left at the controller, */
    unsigned repeats;        /* and of a question to the card */
    uint32_t awaited;        /* HOST_COMMAND_COMPLETE, HOST_TRANSFER_COMPLETE */
    enum card_step cleared;  /* what comes after CARD_CLEAR */

    bool version_2, blocks; /* addressed by blocks of 512, not by bytes */
    bool read_only;
    uint32_t address; /* RCA << 16 */
    uint32_t id[4];   /* CID */
    uint64_t sectors;

    struct host_command move;
    uint8_t *const *data; /* where the client's data is; *data NULL: it is gone */
    uint16_t moved;       /* blocks */
};

/* Begins to look for a card, whatever was before. */
void card_start(struct card *card);
/* Only in CARD_READY: moves at least 1 sector; or sees to it that all is written. */
void card_move(struct card *card, enum host_direction direction, uint64_t sector, uint16_t sectors,
               uint8_t *const *data);
void card_flush(struct card *card);
/* The controller interrupted; or the time is over. */
void card_interrupt(struct card *card);
void card_timer(struct card *card);

/* Between card.c and identify.c: the next step; the end of one that finds no card. */
void card_begin(struct card *card, enum card_step step);
void card_lose(struct card *card, const char *why);
/* A command of the identification is answered. */
void card_identify(struct card *card);
/* The command of such a step; false: it has none. */
bool card_command(const struct card *card, struct host_command *command);
