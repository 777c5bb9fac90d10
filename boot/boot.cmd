# SPDX-License-Identifier: BSD-2-Clause
#
# U-Boot's script on the boot disk (boot.scr). It loads the system tree before the
# prompt, where a user may change it, and defines `thole_boot`, which starts the
# kernel with the tree as it is then. All addresses lie in the first 64 MiB of RAM,
# the least that is supported; bootm itself puts the ramdisk high in what there is.
#
#   fdt addr ${thole_addr}
#   fdt set /thole/clock status disabled
#   boot

# RAM starts at 40000000, where bootm puts the kernel.
setenv thole_board_addr 40c00000
setenv thole_addr       40f00000
setenv thole_fit_addr   41000000

setenv thole_size
if load ${devtype} ${devnum}:${distro_bootpart} ${thole_addr} system.dtb; then
	setenv thole_size ${filesize}
fi

# The user may have made the tree larger, so its header tells the size; a header
# that cannot be read leaves the file's size, and the kernel says what is wrong.
setenv thole_measure 'if fdt addr ${thole_addr}; then fdt header get thole_size totalsize; fi'

# The firmware's tree is copied: what follows U-Boot's own copy is U-Boot's.
setenv thole_copy 'fdt addr ${fdtcontroladdr}; fdt move ${fdtcontroladdr} ${thole_board_addr}; fdt resize 1000'
setenv thole_tell 'fdt set /chosen thole,system "<0 0x${thole_addr} 0 0x${thole_size}>"'

setenv thole_start 'bootm ${thole_fit_addr}#thole ${thole_fit_addr}#thole ${thole_board_addr}'
setenv thole_boot 'test -z "${thole_size}" || run thole_measure; run thole_copy'
setenv thole_boot "${thole_boot}"'; test -z "${thole_size}" || run thole_tell'
setenv thole_boot "${thole_boot}"'; load ${devtype} ${devnum}:${distro_bootpart} ${thole_fit_addr} thole.itb && run thole_start'

# U-Boot's own boot order runs this script to boot; boot/environment.txt boots later.
if test "${thole_wait}" != yes; then
	run thole_boot
fi
