/* What of libebl and libdwfl do libelf and libdw name, and never call here? The backends know each machine's calling
   conventions for libdw's own unwinding; ours reads the tables itself (docs/decisions/009-own-cfi-reader-on-libdw.md).
   These say that there are none, as the originals do for a machine that they do not know. */
#include <stddef.h>

void *ebl_openbackend(void *elf) { return NULL; }
void ebl_closebackend(void *ebl) {}
int ebl_abi_cfi(void *ebl, void *info) { return -1; }
void __libdwfl_seterrno(int error) {}
int __libdwfl_relocate_value(void *mod, void *elf, size_t *shstrndx, unsigned index, void *value) { return -1; }
