/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls itself until its stack is used up.
 */
#define LAYERS 1000000u

static unsigned deep(unsigned layer)
{
    volatile unsigned kept = layer;

    return layer == LAYERS ? 0 : deep(layer + 1) + kept;
}

int main(void)
{
    return (int)deep(0);
}
