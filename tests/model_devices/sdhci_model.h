/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An SD host controller with a card in it for host tests, after the simplified
 * specifications of both. The controller is as hard to please as Broadcom's: a word that
 * is written again within two clocks of the card fails the test. So do commands while it
 * is busy, data without a command, and what a card in its state does not know.
 *
 * The card does as it is told at once, if the test does not say otherwise.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SDHCI_MODEL_SECTORS 4096u

struct sdhci_model {
    /* The controller. */
    uint32_t capabilities, version;
    unsigned reset_looks, clock_looks; /* how often it is looked at until it is done */
    bool mute;                         /* it takes commands, and never says anything */
    bool unprotected;                  /* the switch on the card's side */
    bool busy;                         /* its lines stay inhibited */
    bool early;                        /* it says that a transfer is complete when it begins */

    /* The card. */
    bool present;
    bool version_2, high_capacity;
    bool deaf;             /* it answers no command any more */
    uint32_t csd[4];       /* bits 31:0 first */
    uint32_t cid[4];
    uint32_t ocr_voltages, echo;
    unsigned starts;       /* how many ACMD41 it takes to start */
    unsigned programs;     /* how many CMD13 find it still writing */
    uint64_t ends;         /* from this sector on it refuses transfers; 0: it does not */
    uint32_t status;       /* R1 bits to be set in the answers to CMD13 */
    unsigned error_after;  /* this many blocks from now a transfer has `error` */
    uint32_t error;        /* bits of HOST_STATUS; 0: no answer any more */
    uint8_t image[SDHCI_MODEL_SECTORS * 512];

    /* What was done. */
    unsigned commands[64], resets, transfers;
    bool wide;
    uint32_t hz; /* of the card's clock */
};
extern struct sdhci_model sdhci_model;

/* A card of version 2, and a controller of version 3, at power-on. */
void sdhci_model_power_on(void);
/* A CSD of version 1 or 2 for so many sectors. */
void sdhci_model_size(unsigned version, uint64_t sectors);
void sdhci_model_insert(void);
void sdhci_model_remove(void);
bool sdhci_model_interrupt(void);
