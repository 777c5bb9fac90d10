/* SPDX-License-Identifier: BSD-2-Clause */
/* The thermometer's register: a code that falls as it gets warmer. */
#include "avs.h"

/* AVS_RO_TEMP_STATUS: valid is what has either bit. */
#define STATUS_VALID (1u << 16 | 1u << 10)
#define STATUS_CODE  0x3ffu

/* The board's tree has these in /thermal-zones/cpu-thermal, `coefficients`. */
#define AT_CODE_0 410040
#define A_CODE    (-487)

/* A chip that is colder or hotter cannot say so: the register is out of order. */
#define COLDEST (-55000)
#define HOTTEST 150000

bool avs_temperature(const struct avs *avs, int32_t *thousandths)
{
    uint32_t status = avs_read(avs, AVS_RO_TEMP_STATUS);
    *thousandths = AT_CODE_0 + A_CODE * (int32_t)(status & STATUS_CODE);
    return status & STATUS_VALID && *thousandths >= COLDEST && *thousandths <= HOTTEST;
}
