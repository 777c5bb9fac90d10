/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Never ends, never calls anything: takes all the time it is given.
 */
int main(void)
{
    for (;;)
        __asm__ volatile("");
}
