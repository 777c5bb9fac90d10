/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PL061 for host tests, after ARM DDI 0190: pins that the world drives and that the
 * device drives, edges and levels that are kept, and what a driver may not do made a
 * failure. One device; the driver's register access is linked to it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* As after reset, all lines inputs. */
void pl061_model_power_on(void);
/* As firmware may leave it: lines 4 to 7 in use by others, with an interrupt of each kind. */
void pl061_model_firmware(void);

/* The world's level of a pin; what it sees where the device drives. */
void pl061_model_drive(unsigned line, unsigned level);
unsigned pl061_model_pin(unsigned line);
/* Is the interrupt line up? */
bool pl061_model_interrupt(void);
/* Direction and mode of the lines, to see that nobody else's was touched. */
uint8_t pl061_model_direction(void);
uint8_t pl061_model_mode(void);
/* A device that says nothing but ones from now on. */
void pl061_model_break(void);
