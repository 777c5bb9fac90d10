/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware that runs beside Thole knows, such as the VideoCore's behind the
 * Raspberry Pi's mailbox. Only questions: a client can change nothing by them.
 * FAILED: the firmware does not answer, or does not know. BUSY: too many ask at once.
 */
#pragma once

enum firmware_operation {
    /* out: the firmware's own revision, a number. */
    FIRMWARE_REVISION = 1,
    /* out: the board's revision code, its serial number. */
    FIRMWARE_BOARD,
    /* out: address and size of the memory that is ours, in bytes. */
    FIRMWARE_MEMORY,
    /* out: thousandths of a degree Celsius, and the highest allowed. */
    FIRMWARE_TEMPERATURE,
    /* in: its number of a clock, 1 and on. out: Hz now, least, most. NOT_FOUND: no such clock. */
    FIRMWARE_CLOCK,
    /* out: the address of the board's network card, first byte in the highest of 48 bits. */
    FIRMWARE_MAC,
};
