/* SPDX-License-Identifier: BSD-2-Clause */
/* A thermometer: a sensor on a bus, or one in a chip. */
#pragma once

enum temperature_operation {
    /*
     * out: thousandths of a degree Celsius, a signed 64-bit number. FAILED: the sensor does
     * not answer, or has no valid value.
     */
    TEMPERATURE_READ = 1,
};
