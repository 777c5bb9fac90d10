/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends by itself, at once, with code 3.
 */
int main(void)
{
    return 3;
}
