/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TMP105 on a bus for host tests, after TI's SLLS648: pointer, configuration and a
 * temperature that is 0 until the first conversion. The bus is program_request: what its
 * server would refuse fails the test, and it can be made to refuse and to die.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The sensor's power comes (back). The buffer is that of the driver's edge to the bus. */
void tmp105_model_power_on(uint8_t *buffer);
/* The registers of an LM75, which has no resolution to set. */
void tmp105_model_lm75(void);
/* Put on the bus, or taken off it without power being lost. */
void tmp105_model_connect(bool there);
/* Its temperature, in units of 1/4096 of 256 degrees: the 12 bits of table 5. */
void tmp105_model_temperature(int16_t twelve_bits);
/* A conversion has ended. */
void tmp105_model_convert(void);
/* So many requests from now on end with the death of the bus's server. */
void tmp105_model_bus_dies(unsigned times);
/* The bus answers that it was stopped. */
void tmp105_model_bus_stops(bool stopped);
uint8_t tmp105_model_configuration(void);
unsigned tmp105_model_writes(void);
