/* SPDX-License-Identifier: BSD-2-Clause */
/* mkfat.c - print the small FAT32 file system of the unit tests; mtools makes
 *           none of less than 32 MiB
 *
 *	mkfat        as it should be
 *	mkfat loop   with a chain that runs in a circle
 */
#include "os.h"

#include "../unit/fat_made.h"

int main(int argc, char **argv)
{
	make_fat();
	if (argc > 1 && strcmp(argv[1], "loop") == 0)
		set_next(C_BIG3, C_BIG);
	return fwrite(disk, 1, sizeof(disk), stdout) == sizeof(disk) &&
	       fclose(stdout) == 0 ? 0 : 3;
}
